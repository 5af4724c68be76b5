#include "core/bytes.hpp"

#include <gtest/gtest.h>

namespace malin {
namespace {

TEST(Bytes, amounts_are_read_with_any_known_unit) {
  const std::pair<const char*, Bytes> cases[]{{"6 GiB", gibibytes(6)},
                                              {"6GiB", gibibytes(6)},
                                              {"511 MiB", mebibytes(511)},
                                              {"1.5 GB", {1'500'000'000}},
                                              {"4096", {4096}},
                                              {"0", {}},
                                              {"12 KiB", {12'288}},
                                              {"1 TiB", gibibytes(1024)},
                                              {"3 MB", {3'000'000}},
                                              {"0.5 GiB", mebibytes(512)},
                                              {"7 B", {7}},
                                              {"2 TB", {2'000'000'000'000}}};
  for (const auto& [text, amount] : cases) EXPECT_EQ(parse_bytes(text), amount) << text;
}

TEST(Bytes, what_is_no_amount_is_not_guessed_at) {
  for (const char* text :
       {"", " ", "GiB", "-1 GiB", "6 gib", "6 Gi", "six", "6 GiB!", "6 GiB GiB", "nan", "inf", "1e30 TiB", "6,5 GiB"})
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
}

TEST(Bytes, amounts_are_shown_in_the_largest_unit_that_fits) {
  const std::pair<Bytes, const char*> cases[]{{{}, "0 B"},
                                              {{1023}, "1023 B"},
                                              {{1024}, "1 KiB"},
                                              {mebibytes(511), "511 MiB"},
                                              {gibibytes(19), "19 GiB"},
                                              {mebibytes(19046), "18.6 GiB"},
                                              {gibibytes(2048), "2 TiB"},
                                              {{-1024}, "-1 KiB"}};
  for (const auto& [amount, text] : cases) EXPECT_EQ(format_bytes(amount), text);
}

TEST(Bytes, whole_amounts_survive_being_shown_and_read) {
  for (std::int64_t n = 1; n < 1024; ++n) EXPECT_EQ(parse_bytes(format_bytes(mebibytes(n))), mebibytes(n));
}

}  // namespace
}  // namespace malin
