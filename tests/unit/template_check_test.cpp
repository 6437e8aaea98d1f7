#include "report/template_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using testing::ElementsAre;

static std::vector<std::string> partials;
static std::string problem_of(std::string_view text) {
  partials.clear();
  llvm::Error error = check_template(text, "t", partials);
  return error ? llvm::toString(std::move(error)) : "";
}

TEST(TemplateCheck, TakesWhatMustacheKnows) {
  EXPECT_EQ(problem_of(""), "");
  EXPECT_EQ(problem_of("plain } text { with }} ends"), "");
  EXPECT_EQ(problem_of("{{a}} {{{b}}} {{& c}} {{! a\ncomment }}\n{{# d }}{{^e}}{{.}}{{/e}}{{/d}}{{t.title}}"), "");
  EXPECT_EQ(problem_of("{{=<% %>=}}<%#a%>{{/no tag}}<%/a%><%={{ }}=%>{{b}}"), "");
  EXPECT_EQ(problem_of("{{> head }}{{#a}}{{>row}}{{/a}}"), "");
  EXPECT_THAT(partials, ElementsAre("head", "row"));
}

TEST(TemplateCheck, NamesTheLineOfWhatIsWrong) {
  EXPECT_EQ(problem_of("a\n{{b\n"), "t:2: a tag is opened with {{ and never closed");
  EXPECT_EQ(problem_of("{{{b}}"), "t:1: a tag is opened with {{ and never closed");
  EXPECT_EQ(problem_of("a\n\n{{#b}}\nc"), "t:3: the section 'b' is never ended; add {{/b}}");
  EXPECT_EQ(problem_of("{{#a}}\n{{#b}}\n{{/a}}"), "t:3: {{/a}} ends the section 'b' of line 2; end that one first");
  EXPECT_EQ(problem_of("\n{{/b}}"), "t:2: {{/b}} ends a section that nothing begins; remove it");
  EXPECT_EQ(problem_of("{{=<%=}}"), "t:1: {{=…=}} wants two delimiters");
}

} // namespace plumbline
