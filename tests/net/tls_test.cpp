// TLS with certificates made on the spot. The only tests that use TLS: the trusted certificates are read once a
// process.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/asio/ssl.hpp>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "net/http_client.hpp"
#include "net/peers.hpp"
#include "net/run.hpp"
#include "net/websocket.hpp"

namespace malin::net {
namespace {

namespace asio = boost::asio;
using malin::testing::beside;
using malin::testing::Ms;
using malin::testing::run;
using malin::testing::Tcp;

struct Identity {
  std::string certificate;  // PEM, signed by its own key.
  std::string key;
};

template <class Write>
std::string pem(Write write) {
  BIO* memory = BIO_new(BIO_s_mem());
  write(memory);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

// `names` as in subjectAltName: "DNS:localhost".
Identity make_identity(const std::string& names) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* common = reinterpret_cast<const unsigned char*>(names.c_str());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate, key, EVP_sha256());
  Identity identity;
  identity.certificate = pem([&](BIO* out) { PEM_write_bio_X509(out, certificate); });
  identity.key = pem([&](BIO* out) { PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
  X509_free(certificate);
  EVP_PKEY_free(key);
  return identity;
}

// Answers each connection once, by TLS, and leaves without a word when the client does not like it.
Task<void> serve_tls(Tcp::acceptor& acceptor, asio::ssl::context& context, std::string& server_name) {
  constexpr auto token = asio::as_tuple(asio::use_awaitable);
  for (;;) {
    asio::ssl::stream<Tcp::socket> stream(co_await acceptor.async_accept(asio::use_awaitable), context);
    const auto [refused] = co_await stream.async_handshake(asio::ssl::stream_base::server, token);
    if (refused) continue;
    const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    server_name = name ? name : "";
    char bytes[4096];
    const auto space = asio::buffer(bytes);
    const auto [lost, size] = co_await stream.async_read_some(space, token);
    if (lost) continue;
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
    co_await asio::async_write(stream, asio::buffer(answer), token);
  }
}

class Tls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    trusted_ = make_identity("DNS:localhost");
    stranger_ = make_identity("DNS:localhost");
    // Of this process alone: tests run side by side.
    certificate_file_ = ::testing::TempDir() + "malin_net_tls_test." + std::to_string(getpid()) + ".pem";
    std::ofstream(certificate_file_) << trusted_.certificate;
    setenv("SSL_CERT_FILE", certificate_file_.c_str(), 1);
  }
  static void TearDownTestSuite() { std::filesystem::remove(certificate_file_); }

  void serve(const Identity& identity) {
    context.use_certificate(asio::buffer(identity.certificate), asio::ssl::context::pem);
    context.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
    beside(io, serve_tls(acceptor, context, server_name));
  }

  Url url(std::string host) const {
    Url result;
    result.tls = true;
    result.host = std::move(host);
    result.port = acceptor.local_endpoint().port();
    return result;
  }

  Result<HttpResponse> get(std::string host) {
    Result<HttpResponse> result;
    run(io, ask(url(std::move(host)), result));
    return result;
  }

  static Task<void> ask(Url url, Result<HttpResponse>& result) {
    HttpClient client(co_await asio::this_coro::executor, std::move(url));
    HttpRequest request("GET", "/");
    result = co_await client.send(std::move(request), Ms(5000));
  }

  static Identity trusted_;
  static Identity stranger_;
  static std::string certificate_file_;
  asio::io_context io;
  asio::ssl::context context{asio::ssl::context::tls_server};
  Tcp::acceptor acceptor{io, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::string server_name;
};

Identity Tls::trusted_;
Identity Tls::stranger_;
std::string Tls::certificate_file_;

TEST_F(Tls, a_server_with_a_trusted_certificate_for_its_name_is_believed) {
  serve(trusted_);
  const auto result = get("localhost");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->body, "secret");
  EXPECT_EQ(server_name, "localhost");
}

TEST_F(Tls, a_certificate_for_another_name_is_not_believed) {
  serve(trusted_);
  const auto result = get("127.0.0.1");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::unreachable);
}

TEST_F(Tls, a_certificate_that_nobody_vouches_for_is_not_believed) {
  serve(stranger_);
  const auto result = get("localhost");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::unreachable);
  EXPECT_NE(result.error().message.find("certificate"), std::string::npos) << result.error().message;
}

TEST_F(Tls, a_websocket_looks_at_the_answer_only_after_the_certificate) {
  serve(trusted_);
  run(io, [](Url good, Url bad) -> Task<void> {
    const auto executor = co_await asio::this_coro::executor;
    Headers none;
    const auto declined = co_await connect_websocket(executor, std::move(good), none, Ms(5000));
    EXPECT_EQ(declined.error().code, Errc::refused);
    const auto unsafe = co_await connect_websocket(executor, std::move(bad), none, Ms(5000));
    EXPECT_EQ(unsafe.error().code, Errc::unreachable);
  }(url("localhost"), url("127.0.0.1")));
}

}  // namespace
}  // namespace malin::net
