// Work items of a report, for the two files that show them: the table (view_items.cpp) and what is said about each
// (view_details.cpp).
#pragma once

#include "report/view.h"

#include <map>
#include <string>
#include <vector>

namespace plumbline {

struct Item {
  std::vector<const Json*> findings; // the most important first; of a pair that is one thing, only the first
  std::map<const Json*, const Json*> also;
  std::size_t number = 0; // from 1, in the table's order
  double low = 0, high = 0, value = 0;
};

// `text` is a sentence of ours with the finding's words to be put in.
std::string about(const Json& finding, const std::string& text, const ViewOptions& options);
// Whether the page speaks as the judges do: in English.
bool in_english(const Words& words);
std::string check_title(const Json& finding, const ViewOptions& options);
// The one owner of all, or "".
std::string owner_of(const Item& item);

Json row_view(const Item& item, const ViewOptions& options);
Json detail_view(const Item& item, const ViewOptions& options);

} // namespace plumbline
