#include "api/proxy/piece_editor.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/proxy/head.hpp"
#include "api/proxy/json_walk.hpp"
#include "core/ascii.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t held_bytes_max = 512 << 10;  // Of pieces that wait for the end of a tag.
constexpr std::size_t voices_max = 16;

std::size_t tag_bytes_max(std::span<const KindSpec> kinds) {
  constexpr std::size_t around = 64;  // The tag's name, its brackets and blanks.
  std::size_t most = 0;
  for (const KindSpec& kind : kinds) most = std::max(most, kind.prompt_bytes_max);
  return most + around;
}

// A letter whose two halves came in two pieces becomes whole again.
TagRequest join_halves(TagRequest request) {
  request.prompt = unescape(escape(request.prompt));
  return request;
}

std::string apply(std::string_view text, const std::vector<Cut>& cuts, std::size_t from) {
  std::string kept;
  std::size_t at = 0;
  for (const Cut& cut : cuts) {
    const std::size_t begin = std::clamp(cut.begin, from, from + text.size()) - from;
    const std::size_t end = std::clamp(cut.end, from, from + text.size()) - from;
    kept.append(text.substr(at, begin - std::min(at, begin)));
    at = std::max(at, end);
  }
  kept.append(text.substr(at));
  return kept;
}

}  // namespace

PieceEditor::PieceEditor(std::span<const KindSpec> kinds) : kinds_(kinds) {}

PieceEditor::Voice& PieceEditor::voice_of(int name) {
  const auto found = voices_.find(name);
  if (found != voices_.end()) return found->second;
  const int key = voices_.size() < voices_max ? name : voices_.begin()->first;
  return voices_.try_emplace(key, Voice(TagCutter(kinds_, tag_bytes_max(kinds_)))).first->second;
}

void PieceEditor::collect(Voice& voice) {
  for (TagRequest& request : voice.cutter.take_requests()) requests_.push_back(join_halves(std::move(request)));
  std::ranges::move(voice.cutter.take_cuts(), std::back_inserter(voice.cuts));
}

void PieceEditor::take(std::string_view piece, const std::vector<ReplyText>& texts, std::vector<std::string>& ready) {
  Held held;
  bool is_plain = held_.empty();
  for (const ReplyText& text : texts) {
    if (text.is_whole) continue;
    Voice& voice = voice_of(text.voice);
    const std::string spoken = unescape(piece.substr(text.begin, text.end - text.begin));
    held.parts.push_back({.voice = text.voice,
                          .from = voice.fed,
                          .to = voice.fed + spoken.size(),
                          .begin = text.begin,
                          .end = text.end});
    voice.fed += spoken.size();
    voice.cutter.feed(spoken);
    collect(voice);
    is_plain = is_plain && voice.cutter.is_settled() && voice.cuts.empty();
  }
  if (is_plain) {
    ready.emplace_back(piece);
    return;
  }
  held.piece = piece;
  held_bytes_ += piece.size();
  held_.push_back(std::move(held));
  release(ready);
  if (held_bytes_ > held_bytes_max) flush(ready);
}

void PieceEditor::pass(std::string_view piece, std::vector<std::string>& ready) {
  flush(ready);
  ready.emplace_back(piece);
}

void PieceEditor::queue(std::string_view piece, std::vector<std::string>& ready) {
  if (held_.empty()) {
    ready.emplace_back(piece);
    return;
  }
  held_.push_back({.piece = std::string(piece), .parts = {}});
  held_bytes_ += piece.size();
  if (held_bytes_ > held_bytes_max) flush(ready);
}

void PieceEditor::flush(std::vector<std::string>& ready) {
  for (auto& [name, voice] : voices_) {
    voice.cutter.finish();
    collect(voice);
  }
  release(ready);
}

bool PieceEditor::is_decided(const Held& held) {
  return std::ranges::all_of(held.parts,
                             [&](const Part& part) { return voice_of(part.voice).cutter.decided() >= part.to; });
}

std::string PieceEditor::without_tags(const Held& held) {
  std::string piece = held.piece;
  // From the back, so that what stands before keeps its place.
  for (auto part = held.parts.rbegin(); part != held.parts.rend(); ++part) {
    const std::string_view raw = std::string_view(held.piece).substr(part->begin, part->end - part->begin);
    const std::string spoken = unescape(raw);
    const std::string kept = apply(spoken, voice_of(part->voice).cuts, part->from);
    if (kept != spoken) piece.replace(part->begin, part->end - part->begin, escape(kept));
  }
  return piece;
}

void PieceEditor::release(std::vector<std::string>& ready) {
  while (!held_.empty() && is_decided(held_.front())) {
    Held& held = held_.front();
    ready.push_back(without_tags(held));
    held_bytes_ -= held.piece.size();
    for (const Part& part : held.parts) {
      Voice& voice = voice_of(part.voice);
      std::erase_if(voice.cuts, [&](const Cut& cut) { return cut.end <= part.to; });
    }
    held_.pop_front();
  }
}

std::vector<TagRequest> PieceEditor::take_requests() { return std::exchange(requests_, {}); }

std::string cut_whole_texts(std::string_view json, const std::vector<ReplyText>& texts, std::span<const KindSpec> kinds,
                            std::vector<TagRequest>* requests) {
  std::string edited(json);
  for (auto text = texts.rbegin(); text != texts.rend(); ++text) {
    if (!text->is_whole) continue;
    const std::string spoken = unescape(json.substr(text->begin, text->end - text->begin));
    TagCutter cutter(kinds, tag_bytes_max(kinds));
    cutter.feed(spoken);
    cutter.finish();
    std::vector<TagRequest> asked = cutter.take_requests();
    if (asked.empty()) continue;
    edited.replace(text->begin, text->end - text->begin, escape(apply(spoken, cutter.take_cuts(), 0)));
    if (requests == nullptr) continue;
    std::vector<TagRequest> all;
    for (TagRequest& request : asked) all.push_back(join_halves(std::move(request)));
    requests->insert(requests->begin(), all.begin(), all.end());
  }
  return edited;
}

bool may_hold_tags(std::string_view json, std::span<const KindSpec> kinds) {
  if (json.find("\\u005") != std::string_view::npos) return true;  // "\u005b" is a bracket.
  for (auto at = json.find('['); at != std::string_view::npos; at = json.find('[', at + 1)) {
    if (at + 1 == json.size() || json[at + 1] == '\\') return true;
    const std::string_view next = json.substr(at + 1, 1);
    if (std::ranges::any_of(kinds, [&](const KindSpec& kind) { return is_same_word(next, kind.tag.substr(0, 1)); }))
      return true;
  }
  return false;
}

}  // namespace malin::api::proxy
