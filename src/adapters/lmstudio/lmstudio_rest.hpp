// Control over REST v1, for servers whose WebSocket is declined. Less than half a restore: it sets context length and
// four other settings, gives instances the name of their model, cannot wait for the end of a generation, and a load
// that has begun cannot be cancelled. Every reading says so.
#pragma once

#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/lmstudio/lmstudio_answers.hpp"
#include "adapters/lmstudio/lmstudio_control.hpp"
#include "net/http_client.hpp"

namespace malin::adapters::lmstudio {

class RestControl final : public Control {
 public:
  RestControl(boost::asio::any_io_executor executor, net::Url base, LmStudioOptions options);

  Task<Result<EngineReading>> probe() override;
  // refused also: the identifier is not the model's key, the only name that REST can give.
  Task<Result<void>> load(LoadOrder order, LoadProgress progress) override;
  Task<Result<void>> unload(std::string identifier) override;
  Task<Result<Found>> find(std::string identifier) override;

 private:
  Task<Result<std::vector<RestInstance>>> list();
  Task<Result<net::HttpResponse>> post(std::string target, std::string body, Duration limit);
  Task<Result<void>> send_unload(std::string id);
  Task<Result<void>> wait_until_gone(std::string id);

  LmStudioOptions options_;
  net::HttpClient client_;
  std::string left_out_;  // By the newest load, for the note.
};

// A request to LM Studio, with its token where there is one.
net::HttpRequest http_request(std::string method, std::string target, std::string body, const std::string& token);

}  // namespace malin::adapters::lmstudio
