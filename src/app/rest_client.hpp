// Asks the daemon something over its REST address.
#pragma once

#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "net/http_client.hpp"
#include "net/json.hpp"
#include "net/url.hpp"
#include "ports/task.hpp"

namespace malin::app {

struct RestAnswer {
  unsigned status = 0;
  net::json::value body;  // Null where there was none, or not JSON.
  std::string text;       // The body as it came.

  bool is_success() const { return status >= 200 && status < 300; }
};

class RestClient {
 public:
  // `token` may be empty.
  RestClient(boost::asio::any_io_executor executor, net::Url base, std::string token);

  // `body`: sent as JSON unless it is null. Any status is a success here. The errors of net::HttpClient::send;
  // bad_reply also: the answer says that it is JSON and is not.
  Task<Result<RestAnswer>> ask(std::string method, std::string path, net::json::value body = nullptr);

 private:
  net::HttpClient client_;
  std::string token_;
};

}  // namespace malin::app
