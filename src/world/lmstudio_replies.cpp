#include "world/lmstudio_replies.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace malin::world {
namespace {

constexpr std::array<std::string_view, 6> small_talk{
    "Mmm, I was just thinking about that. The rain has been tapping on the window all evening and it made me want to "
    "put the kettle on and talk nonsense with you until one of us falls asleep.",
    "Ha, you always ask me that when you should be working! But fine: today was good. I read half a book, forgot the "
    "other half, and sang badly in the kitchen. How about you?",
    "Okay, hear me out. We take the early train, the slow one with the windows that still open, and we get off "
    "wherever "
    "it smells of the sea. No plan after that.",
    "You know what I like about you? You say 'quick question' and then it is never quick. Go on, I am listening, "
    "I even turned the music down.",
    "I tried that recipe you sent. The smoke alarm has opinions about it, but the middle part was delicious. Next time "
    "you hold the spoon and I do the talking.",
    "Honestly? A little tired, in the nice way, as after a long walk. Stay a moment and tell me one good thing that "
    "happened to you today."};

constexpr std::array<std::string_view, 3> photo_talk{
    "Right now? My hair is a mess, but since you ask so nicely. [SELFIE: laughing in a rainy street at dusk, red "
    "scarf, "
    "neon reflections, candid] Do not you dare laugh.",
    "Give me a second, the light by the window is perfect. [SELFIE: by a sunlit window with a cup of tea, soft morning "
    "light, warm smile] There you go.",
    "Only because it is you. [SELFIE: on a rooftop at golden hour, wind in her hair, city behind her] Tell me it came "
    "out well."};

constexpr std::array<std::string_view, 2> video_talk{
    "Oh, this you have to see in motion! [VIDEO: dancing barefoot in a kitchen at night, string lights, slow camera "
    "pan] It takes a while, so be patient with me.",
    "Wait, I will film it. [VIDEO: waves rolling over her feet on an empty beach at sunrise, she turns and waves] "
    "Nearly there."};

constexpr std::array<std::string_view, 2> picture_talk{
    "I see it: warm colours, a bit of clutter, and something in the corner that is either a cat or a very good pillow.",
    "That is lovely. The light comes from the left, there is a cup in the foreground, and I would have cropped it just "
    "like you did."};

bool mentions(std::string_view text, std::string_view word) {
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return !std::ranges::search(text, word, same).empty();
}

// Words with the space before them, which is about how real tokens fall.
std::vector<std::string> split_tokens(std::string_view text) {
  std::vector<std::string> tokens;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = text.find(' ', begin + 1);
    if (end == std::string_view::npos) end = text.size();
    tokens.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return tokens;
}

}  // namespace

std::vector<std::string> compose_reply(std::string_view prompt, bool has_image, std::size_t turn) {
  if (has_image) return split_tokens(picture_talk[turn % picture_talk.size()]);
  if (mentions(prompt, "video")) return split_tokens(video_talk[turn % video_talk.size()]);
  if (mentions(prompt, "selfie") || mentions(prompt, "photo"))
    return split_tokens(photo_talk[turn % photo_talk.size()]);
  return split_tokens(small_talk[turn % small_talk.size()]);
}

std::vector<std::string> compose_garbage(std::size_t count) { return std::vector<std::string>(count, "\x1c"); }

int count_tokens(std::string_view text) { return static_cast<int>(split_tokens(text).size()); }

}  // namespace malin::world
