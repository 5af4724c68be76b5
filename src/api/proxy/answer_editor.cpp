#include "api/proxy/answer_editor.hpp"

#include <utility>

#include "api/proxy/piece_editor.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t event_bytes_max = 256 << 10;  // A longer event passes without a look.

class EventEditor final : public AnswerEditor {
 public:
  EventEditor(Dialect dialect, std::span<const KindSpec> kinds) : dialect_(dialect), kinds_(kinds), pieces_(kinds) {}

  void feed(std::string_view data, std::string& out) override {
    if (!partial_.empty()) {
      partial_.append(data);
      data = partial_;
    }
    while (const std::size_t length = event_length(data)) {
      take_event(data.substr(0, length), out);
      data.remove_prefix(length);
    }
    std::string rest(data);
    partial_ = std::move(rest);
    if (partial_.size() <= event_bytes_max) return;
    pieces_.pass(partial_, ready_);
    partial_.clear();
    is_inside_ = true;
    give(out);
  }

  void finish(std::string& out) override {
    pieces_.pass(partial_, ready_);
    partial_.clear();
    give(out);
  }

  std::vector<TagRequest> take_requests() override { return pieces_.take_requests(); }

 private:
  // Of the event at the start, with the empty line that ends it; 0: it is not whole.
  static std::size_t event_length(std::string_view data) {
    for (auto at = data.find('\n'); at != std::string_view::npos; at = data.find('\n', at + 1)) {
      const std::string_view rest = data.substr(at + 1);
      if (rest.starts_with('\n')) return at + 2;
      if (rest.starts_with("\r\n")) return at + 3;
    }
    return 0;
  }

  void take_event(std::string_view event, std::string& out) {
    if (std::exchange(is_inside_, false)) {
      pieces_.pass(event, ready_);
      return give(out);
    }
    std::size_t lines = 0;
    std::size_t data_at = 0;
    std::string_view data;
    for (std::size_t at = 0; at < event.size(); at = event.find('\n', at) + 1) {
      if (!event.substr(at).starts_with("data:")) continue;
      ++lines;
      data_at = at + 5;
      data = event.substr(data_at, event.find('\n', data_at) - data_at);
    }
    if (lines == 0) {
      pieces_.queue(event, ready_);
    } else {
      take_data(event, lines == 1 ? data : std::string_view(), data_at);
    }
    give(out);
  }

  void take_data(std::string_view event, std::string_view data, std::size_t data_at) {
    std::vector<ReplyText> texts = find_texts(dialect_, true, data);
    for (ReplyText& text : texts) {
      text.begin += data_at;
      text.end += data_at;
    }
    if (texts.empty()) return pieces_.pass(event, ready_);
    if (!texts.front().is_whole) return pieces_.take(event, texts, ready_);
    pieces_.pass(cut_whole_texts(event, texts, kinds_, nullptr), ready_);
  }

  void give(std::string& out) {
    for (const std::string& piece : ready_) out += piece;
    ready_.clear();
  }

  Dialect dialect_;
  std::span<const KindSpec> kinds_;
  PieceEditor pieces_;
  std::string partial_;     // An event that has come in part.
  bool is_inside_ = false;  // Of an event that was too long.
  std::vector<std::string> ready_;
};

class WholeEditor final : public AnswerEditor {
 public:
  WholeEditor(Dialect dialect, std::span<const KindSpec> kinds) : dialect_(dialect), kinds_(kinds) {}

  void feed(std::string_view data, std::string&) override { body_.append(data); }
  void finish(std::string& out) override {
    if (!may_hold_tags(body_, kinds_)) {
      out += std::exchange(body_, {});
      return;
    }
    out += cut_whole_texts(body_, find_texts(dialect_, false, body_), kinds_, &requests_);
    body_.clear();
  }
  std::vector<TagRequest> take_requests() override { return std::exchange(requests_, {}); }

 private:
  Dialect dialect_;
  std::span<const KindSpec> kinds_;
  std::string body_;
  std::vector<TagRequest> requests_;
};

}  // namespace

std::unique_ptr<AnswerEditor> make_event_editor(Dialect dialect, std::span<const KindSpec> kinds) {
  return std::make_unique<EventEditor>(dialect, kinds);
}

std::unique_ptr<AnswerEditor> make_whole_editor(Dialect dialect, std::span<const KindSpec> kinds) {
  return std::make_unique<WholeEditor>(dialect, kinds);
}

}  // namespace malin::api::proxy
