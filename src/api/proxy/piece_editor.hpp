// The cutting of tags out of pieces that go on one after another: events of a stream, or messages of a socket. Inside
// the proxy only.
#pragma once

#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/proxy/reply_texts.hpp"
#include "core/tag_cutter.hpp"

namespace malin::api::proxy {

class PieceEditor {
 public:
  explicit PieceEditor(std::span<const KindSpec> kinds);

  // `texts` stand in `piece`. What may go on, this and earlier pieces, is appended to `ready`, in order.
  void take(std::string_view piece, const std::vector<ReplyText>& texts, std::vector<std::string>& ready);
  // A piece without words of hers, which go on before it if any are held: no tag reaches across it.
  void pass(std::string_view piece, std::vector<std::string>& ready);
  // One that means nothing to the text, and only keeps its place.
  void queue(std::string_view piece, std::vector<std::string>& ready);
  // No more will come: what might have become a tag is text.
  void flush(std::vector<std::string>& ready);

  bool is_empty() const { return held_.empty(); }
  std::vector<TagRequest> take_requests();

 private:
  struct Voice {
    explicit Voice(TagCutter cutter_) : cutter(std::move(cutter_)) {}
    TagCutter cutter;
    std::size_t fed = 0;
    std::vector<Cut> cuts;
  };
  // A text in a held piece: the bytes [from, to) of its voice.
  struct Part {
    int voice = 0;
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t begin = 0;  // In the piece.
    std::size_t end = 0;
  };
  struct Held {
    std::string piece;
    std::vector<Part> parts;
  };

  Voice& voice_of(int name);
  bool is_decided(const Held& held);
  std::string without_tags(const Held& held);
  void release(std::vector<std::string>& ready);
  void collect(Voice& voice);

  std::span<const KindSpec> kinds_;
  std::map<int, Voice> voices_;
  std::deque<Held> held_;
  std::size_t held_bytes_ = 0;
  std::vector<TagRequest> requests_;
};

// Rewrites the whole texts in `json`; what they ask for is added to `requests`, if given.
std::string cut_whole_texts(std::string_view json, const std::vector<ReplyText>& texts, std::span<const KindSpec> kinds,
                            std::vector<TagRequest>* requests);

// Whether a tag may begin anywhere in this JSON: false is certain. Much quicker than reading it.
bool may_hold_tags(std::string_view json, std::span<const KindSpec> kinds);

}  // namespace malin::api::proxy
