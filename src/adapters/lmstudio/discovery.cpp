#include "adapters/lmstudio/discovery.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "net/http_client.hpp"
#include "net/json.hpp"

namespace malin::adapters::lmstudio {

namespace {

// As much of a small file as anyone may want; empty when it cannot be read.
std::string read_start(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(256 << 10, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// Any web server may answer at these ports; only LM Studio says this.
Task<bool> greets(boost::asio::any_io_executor executor, net::Url url, Duration limit) {
  net::HttpClient client(executor, std::move(url));
  net::HttpRequest request("GET", "/lmstudio-greeting");
  const Result<net::HttpResponse> response = co_await client.send(std::move(request), limit);
  if (!response) co_return false;
  const Result<boost::json::value> body = net::parse_json(response->body);
  co_return body&& net::find_bool(*body, "lmstudio") == true;
}

}  // namespace

std::string find_home(const std::string& person_home) {
  namespace fs = std::filesystem;
  const fs::path home(person_home);
  std::string pointed = read_start(home / ".lmstudio-home-pointer");
  const std::size_t last = pointed.find_last_not_of(" \t\r\n");
  pointed.resize(last == std::string::npos ? 0 : last + 1);
  if (!pointed.empty()) return pointed;
  std::error_code ec;
  if (fs::is_directory(home / ".cache" / "lm-studio", ec)) return (home / ".cache" / "lm-studio").string();
  return (home / ".lmstudio").string();
}

std::optional<std::uint16_t> published_port(const std::string& home) {
  const std::string text = read_start(std::filesystem::path(home) / ".internal" / "http-server.json");
  const Result<boost::json::value> parsed = net::parse_json(text);
  const auto port = parsed ? net::find_int(*parsed, "port") : std::nullopt;
  if (!port || *port < 1 || *port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

std::string models_folder(const std::string& home) {
  const std::filesystem::path folder(home);
  const Result<boost::json::value> settings = net::parse_json(read_start(folder / "settings.json"));
  const auto chosen = settings ? net::find_string(*settings, "downloadsFolder") : std::nullopt;
  return chosen && !chosen->empty() ? *chosen : (folder / "models").string();
}

Result<std::string> file_below(const std::string& folder, const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path below = fs::path(path).lexically_normal();
  if (below.empty()) return fail(Errc::not_found, "LM Studio does not say which file it is");
  if (below.is_absolute() || *below.begin() == "..")
    return fail(Errc::refused, path + " lies outside the models folder");
  const fs::path file = fs::path(folder) / below;
  std::error_code ec;
  if (!fs::is_regular_file(file, ec)) return fail(Errc::not_found, "there is no file " + file.string());
  return file.string();
}

Task<Result<net::Url>> discover(boost::asio::any_io_executor executor, Whereabouts whereabouts, Duration limit) {
  std::vector<std::uint16_t> ports{whereabouts.http_port};
  if (const auto published = published_port(whereabouts.home)) ports.push_back(*published);
  ports.insert(ports.end(), whereabouts.internal_ports.begin(), whereabouts.internal_ports.end());
  for (const std::uint16_t port : ports) {
    net::Url url;
    url.host = "127.0.0.1";
    url.port = port;
    const bool found = co_await greets(executor, url, limit);
    if (found) co_return url;
  }
  co_return fail(Errc::unreachable, "no LM Studio answers on this machine, at port " +
                                        std::to_string(whereabouts.http_port) + " or at any internal one");
}

}  // namespace malin::adapters::lmstudio
