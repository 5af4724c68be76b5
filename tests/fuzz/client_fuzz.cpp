// What the daemon says, as the command line shows it: nothing of it moves the cursor or changes the terminal, whatever
// a prompt or an engine's error has brought along.
#include <cstdlib>
#include <ctime>
#include <string>

#include "app/client_json.hpp"
#include "app/client_text.hpp"
#include "app/text_table.hpp"
#include "fuzz/fuzz.hpp"

using namespace malin;
using namespace malin::app;
using namespace malin::fuzzing;

namespace {

// Line breaks aside. C1 controls, U+0080 to U+009F, mean to a terminal what an escape does.
bool is_harmless(std::string_view shown) {
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto c = static_cast<unsigned char>(shown[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7f) return false;
    if (c == 0xC2 && i + 1 < shown.size() && shown[i + 1] >= '\x80' && shown[i + 1] < '\xA0') return false;
  }
  return true;
}

void check_shown(const json::value& said) {
  require(is_harmless(format_status(said, false)));
  require(is_harmless(format_senses(said, false)));
  require(is_harmless(format_jobs(said, false)));
  require(is_harmless(format_job(said, false)));
  require(is_harmless(format_windows(said, false)));
  require(is_harmless(format_plan(said, false)));
  require(is_harmless(format_swap(said)));
  require(is_harmless(format_timeline(said, false)));
  require(is_harmless(describe_job(said)));
  format_status(said, true);
  format_jobs(said, true);
}

void check_table(std::string_view text) {
  for (const std::size_t columns : {0UL, 4UL, 20UL}) {
    require(columns_of(shorten(text, columns)) <= std::max<std::size_t>(columns, 3));
    for (const std::string& line : wrap(text, columns)) require(is_harmless(line));
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  check_table(text);
  if (const auto said = net::parse_json(text)) check_shown(*said);
  return 0;
}
