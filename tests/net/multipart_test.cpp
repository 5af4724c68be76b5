#include "net/multipart.hpp"

#include <gtest/gtest.h>

namespace malin::net {
namespace {

Part part(std::string name, std::string filename, std::string type, std::string data) {
  Part result;
  result.name = std::move(name);
  result.filename = std::move(filename);
  result.content_type = std::move(type);
  result.data = std::move(data);
  return result;
}

TEST(Multipart, is_written_as_the_standard_has_it) {
  EXPECT_EQ(format_multipart({part("chat_id", "", "", "7"), part("photo", "a\".png", "image/png", "x")}, "B"),
            "--B\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n7\r\n"
            "--B\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a%22.png\"\r\n"
            "Content-Type: image/png\r\n\r\nx\r\n--B--\r\n");
}

TEST(Multipart, what_is_written_is_parsed_back) {
  std::string binary;
  for (int i = 0; i < 1000; ++i) binary += static_cast<char>(i * 7);
  const std::vector<Part> parts = {part("a", "", "", ""),
                                   part("b", "x\"y\r\nz.bin", "application/octet-stream", binary),
                                   part("c", "", "", "\r\n--other\r\n")};
  const auto parsed = parse_multipart("multipart/form-data; boundary=\"----b 1\"", format_multipart(parts, "----b 1"));
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->size(), parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ((*parsed)[i].name, parts[i].name);
    EXPECT_EQ((*parsed)[i].filename, parts[i].filename);
    EXPECT_EQ((*parsed)[i].content_type, parts[i].content_type);
    EXPECT_EQ((*parsed)[i].data, parts[i].data);
  }
}

TEST(Multipart, a_preamble_an_epilogue_and_padding_are_allowed) {
  const auto parsed =
      parse_multipart("Multipart/Form-Data; charset=utf-8; BOUNDARY=B",
                      "hello\r\n--B  \r\ncontent-disposition: form-data; filename=f; name=a\r\n\r\n1\r\n--B--bye");
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->size(), 1u);
  EXPECT_EQ((*parsed)[0].name, "a");
  EXPECT_EQ((*parsed)[0].filename, "f");
  EXPECT_EQ((*parsed)[0].data, "1");
}

TEST(Multipart, no_parts_is_fine) {
  EXPECT_TRUE(parse_multipart("multipart/form-data; boundary=B", "--B--").value().empty());
}

TEST(Multipart, a_broken_body_is_a_bad_reply) {
  const std::string good = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n";
  const std::string type = "multipart/form-data; boundary=B";
  ASSERT_TRUE(parse_multipart(type, good));
  for (const auto& content_type :
       {"", "text/plain; boundary=B", "multipart/form-data", "multipart/form-data; boundary="}) {
    EXPECT_FALSE(parse_multipart(content_type, good)) << content_type;
  }
  for (std::size_t size = 0; size + 4 < good.size(); ++size) {
    const auto parsed = parse_multipart(type, good.substr(0, size));
    ASSERT_FALSE(parsed) << size;
    EXPECT_EQ(parsed.error().code, Errc::bad_reply);
  }
  EXPECT_FALSE(parse_multipart(type, "--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--"));
  EXPECT_FALSE(parse_multipart(type, "--B\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--B--"));
  EXPECT_FALSE(parse_multipart(type, "--B\r\n\r\n1\r\n--B--"));
  EXPECT_FALSE(parse_multipart(type, "--BX\r\n\r\n1\r\n--B--"));
}

}  // namespace
}  // namespace malin::net
