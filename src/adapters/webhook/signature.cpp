#include "adapters/webhook/signature.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace malin::adapters::webhook {

namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t key_bytes_min = 16;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string encode_base64(const unsigned char* bytes, std::size_t count) {
  std::vector<unsigned char> text(4 * ((count + 2) / 3) + 1);
  const int length = EVP_EncodeBlock(text.data(), bytes, static_cast<int>(count));
  return {text.begin(), text.begin() + length};
}

Result<std::string> decode_base64(std::string_view text) {
  std::vector<unsigned char> bytes(text.size() / 4 * 3 + 3);
  const int length =
      text.size() % 4 == 0 ? EVP_DecodeBlock(bytes.data(), bytes_of(text), static_cast<int>(text.size())) : -1;
  if (length < 0) return fail(Errc::refused, "what follows whsec_ is not base64");
  const auto padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  return std::string(bytes.begin(), bytes.begin() + length - padding);
}

}  // namespace

Result<std::string> parse_secret(std::string_view secret) {
  Result<std::string> key =
      secret.starts_with(prefix) ? decode_base64(secret.substr(prefix.size())) : std::string(secret);
  if (key && key->size() < key_bytes_min) return fail(Errc::refused, "the secret is shorter than 16 bytes");
  return key;
}

std::string sign(std::string_view key, std::string_view id, std::int64_t time, std::string_view body) {
  std::string content(id);
  content.append(".").append(std::to_string(time)).append(".").append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(content), content.size(), digest.data(),
       &length);
  return "v1," + encode_base64(digest.data(), length);
}

}  // namespace malin::adapters::webhook
