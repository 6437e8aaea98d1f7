// Parses Mermaid texts with Mermaid's own parser: node mermaid.mjs FILE…
// Of a JSON report, every `mermaid` member of machines and graphs; of a markdown one, every mermaid block; of any other
// file, the whole. Prints each text that is refused, and how many were read; the exit status is 1 if any was refused.
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

// Mermaid cleans labels with DOMPurify, which wants a browser's window.
const dom = new JSDOM('');
globalThis.window = dom.window;
globalThis.document = dom.window.document;
const { default: mermaid } = await import('mermaid');

function texts(path) {
  const content = readFileSync(path, 'utf8');
  if (path.endsWith('.json')) {
    const report = JSON.parse(content);
    return [...report.machines, ...report.graphs].map((one) => one.mermaid).filter((text) => text);
  }
  if (path.endsWith('.md')) return [...content.matchAll(/^```mermaid\n([^]*?)^```$/gm)].map((block) => block[1]);
  return [content];
}

let read = 0;
let refused = 0;
for (const path of process.argv.slice(2))
  for (const text of texts(path)) {
    ++read;
    try {
      await mermaid.parse(text);
    } catch (error) {
      ++refused;
      console.log(`${path}: ${error.message}\n${text}`);
    }
  }
console.log(`${read} read, ${refused} refused`);
process.exit(refused ? 1 : 0);
