// Cuts tags out of a reply while it is being spoken, in whatever pieces it comes: the same text gives the same cuts and
// requests, however it is split. It never adds to the text, and it knows what becomes of a byte as soon as can be.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tags.hpp"

namespace malin {

// The bytes [begin, end) of the text, counted from its start.
struct Cut {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const Cut&) const = default;
};

class TagCutter {
 public:
  // `kinds` outlive the cutter. A tag that would be longer than `tag_bytes_max` is text.
  explicit TagCutter(std::span<const KindSpec> kinds,
                     std::size_t tag_bytes_max = std::numeric_limits<std::size_t>::max());

  void feed(std::string_view text);
  // The text is over: what might have become a tag is text.
  void finish();

  // Of every byte before this one it is known whether it stays.
  std::size_t decided() const { return is_blank_line_ ? line_begin_ : at_; }
  // All bytes that have come so far are decided.
  bool is_settled() const { return pending_.empty() && !is_after_tag_ && decided() == at_; }

  // Since the last time they were taken, in order.
  std::vector<Cut> take_cuts();
  std::vector<TagRequest> take_requests();

 private:
  void work(bool is_over);
  std::string_view rest() const { return std::string_view(pending_).substr(begin_); }
  bool close_gap(bool is_over);
  bool take_bracket(bool is_over);
  void keep(std::string_view text);
  void keep_some(std::size_t bytes);
  void cut_some(std::size_t bytes);
  void end_blank_line();

  std::span<const KindSpec> kinds_;
  std::size_t tag_bytes_max_;
  std::string pending_;        // What must be looked at again when more has come, from `begin_` on.
  std::size_t begin_ = 0;      // Zero between two calls.
  std::size_t at_ = 0;         // Of the whole text: where `pending_` begins.
  bool is_after_tag_ = false;  // There a tag ended, and some blanks may go with it.
  // While nothing but blanks was kept of a line, the line may still go as a whole.
  bool is_blank_line_ = true;
  std::size_t line_begin_ = 0;
  std::size_t line_blanks_ = 0;
  std::vector<Cut> line_cuts_;
  char last_kept_ = '\0';
  std::vector<Cut> cuts_;
  std::vector<TagRequest> requests_;
};

}  // namespace malin
