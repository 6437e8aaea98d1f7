"""html_page.py PAGE...: parses HTML strictly (html5lib) and says what a report must not have.

No parse error, no script, nothing loaded from anywhere, only elements that the templates use, unique ids, and links that
lead to one of them.
"""
import sys

import html5lib

ELEMENTS = set(
    """html head meta title style body a header h1 nav ul li main section h2 h3 h4 p strong div table caption thead tr th
    tbody td span article pre code details summary ol footer""".split()
)


def problems_of(text):
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parse(text)
    for position, code, details in parser.errors:
        yield f"{position}: {code} {details}"
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    for name in {each for each in ids if ids.count(each) > 1}:
        yield f"id {name} stands twice"
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag not in ELEMENTS:
            yield f"<{element.tag}> is none of ours"
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("src", "srcset", "action", "data"):
                yield f"<{element.tag} {name}={value}>"
            if name == "href" and (not value.startswith("#") or value[1:] not in ids):
                yield f"a link to {value}"
    if not tree.get("lang"):
        yield "no language"


def main():
    problems = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8", newline="") as file:
            for problem in problems_of(file.read()):
                problems += 1
                print(f"{path}: {problem}")
    return 1 if problems else 0


sys.exit(main())
