// One small rig that is right, for tests that change one thing in it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "app/config.hpp"

namespace malin::app {

// A folder of its own for each test, with the one workflow that the small rig refers to.
class ConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "malin-config-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    write("w.json", workflow("{{width=832}}"), 0644);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  // The smallest workflow, and `more` as one more input.
  static std::string workflow(const std::string& more) {
    return R"({"1": {"class_type": "A", "inputs": {"a": "{{prompt}}", "b": "{{seed}}", "c": ")" + more + R"("}}})";
  }

  ConfigResult parse(const std::string& text) { return parse_config(text, folder_, environment_); }

  ConfigProblems problems_of(const std::string& text) {
    const ConfigResult result = parse(text);
    return result ? ConfigProblems{} : result.error();
  }
  // The small rig with `from` replaced; the problems that this makes.
  ConfigProblems problems_with(const std::string& from, const std::string& to);

  std::filesystem::path folder_;
  Environment environment_{{"BOT", "123:abc"}, {"HOME", "/home/jun"}};
};

inline const std::string small_rig = R"([cards.gpu0]
total = "24 GiB"
[engines.lmstudio]
type = "lmstudio"
[engines.voice]
type = "http"
url = "http://127.0.0.1:9000"
[renderers.comfyui]
[senses.brain]
engine = "lmstudio"
model = "big"
footprint = "12 GiB"
[senses.vision]
engine = "lmstudio"
model = "eyes"
footprint = "6 GiB"
impact = 3
[senses.voice]
engine = "voice"
model = "tts"
footprint = "3 GiB"
[kinds.selfie]
workflow = "w.json"
media = "photo"
need = "6 GiB"
evict = ["vision"]
[courier]
chat_id = 42
token_env = "BOT"
)";

// A change to the file, and the problem that it makes.
struct Mistake {
  const char* from;
  const char* to;
  const char* key;
  const char* text;
};

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

inline int line_with(const std::string& text, const std::string& part) {
  return 1 +
         static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find(part)), '\n'));
}

inline ConfigProblems ConfigFile::problems_with(const std::string& from, const std::string& to) {
  return problems_of(replaced(small_rig, from, to));
}

inline std::string all_of(const ConfigProblems& problems) {
  std::string text;
  for (const ConfigProblem& problem : problems) text += format_problem(problem) + "\n";
  return text;
}

}  // namespace malin::app
