// The words of a report in one language: templates/messages.<language>.json, one file per language with the same keys.
//
// What is fixed text stands there. What a check says about one finding (`message`, `suggestion`, evidence) is data, in
// English, built by its judge; a report in another language says it with the language's catalogue of sentences, beside
// a headline made of the kind's own `problem` with the finding's value and subject put in. What has no translation is
// shown as the judge wrote it; a check without words falls back to its English title.
#pragma once

#include "report/report.h"
#include "report/sentences.h"

#include <utility>

namespace plumbline {

struct Words {
  std::string language; // "zh-CN"
  Json texts;
  Sentences sentences; // none of English, which the judges speak
};

// The languages that this build has, sorted.
std::vector<std::string> languages();
llvm::Expected<Words> words_of(const std::string& language);

// The text at a path of keys, "" when there is none.
std::string words_at(const Words& words, const std::vector<std::string>& path);
// The word for a value of the model ("status", "reopened"), or the value itself.
std::string word_for(const Words& words, const char* group, const std::string& value);

// The words of a finding's kind, else of its check: `problem`, `why`, `several` (the title of many).
std::string kind_words(const Words& words, const Json& finding, const char* key);
// The list of texts at a path of keys.
std::vector<std::string> steps_at(const Words& words, const std::vector<std::string>& path);
std::vector<std::string> kind_steps(const Words& words, const Json& finding);

// `text` with each {{name}} replaced.
std::string filled(std::string text, const std::vector<std::pair<std::string, std::string>>& values);

// A template with each {{t.key}} replaced by the language's text, before Mustache reads it: a sentence may then name
// values of the view in the order that its language wants. An unknown key is an error that names `name`.
llvm::Expected<std::string> with_words(std::string_view text, const Words& words, const std::string& name);

} // namespace plumbline
