// The plain HTTP routes of the simulated ComfyUI: one request in, one answer out.
#pragma once

#include "net/http.hpp"
#include "rig/comfyui_sockets.hpp"
#include "rig/comfyui_validate.hpp"

namespace malin::rig {

class ComfyRoutes {
 public:
  ComfyRoutes(Clock& clock, world::CardLedger& card, const ComfyOptions& options, world::ComfyUi& comfyui,
              const ComfySockets& sockets);

  net::HttpResponse answer(const net::HttpRequest& request);
  // Forgets what a new process would not know: the prompt counter.
  void restart();

 private:
  struct Route {
    const char* path;
    const char* method;
    net::HttpResponse (ComfyRoutes::*answer)(const net::HttpRequest&);
  };

  net::HttpResponse page(const net::HttpRequest&);
  net::HttpResponse get_prompt(const net::HttpRequest&);
  net::HttpResponse post_prompt(const net::HttpRequest&);
  net::HttpResponse get_queue(const net::HttpRequest&);
  net::HttpResponse post_queue(const net::HttpRequest&);
  net::HttpResponse post_interrupt(const net::HttpRequest&);
  net::HttpResponse post_free(const net::HttpRequest&);
  net::HttpResponse get_history(const net::HttpRequest&);
  net::HttpResponse post_history(const net::HttpRequest&);
  net::HttpResponse get_stats(const net::HttpRequest&);
  net::HttpResponse get_features(const net::HttpRequest&);
  net::HttpResponse get_nodes(const net::HttpRequest&);
  net::HttpResponse get_models(const net::HttpRequest&);
  net::HttpResponse get_embeddings(const net::HttpRequest&);
  net::HttpResponse view(const net::HttpRequest&);
  net::HttpResponse upload(const net::HttpRequest&);
  // Those with a last part that varies. nullopt: none of them.
  std::optional<net::HttpResponse> answer_named(const net::HttpRequest& request, std::string_view path);
  net::HttpResponse answer_known(const net::HttpRequest& request, std::string_view path);

  bool is_new() const { return options_.version != "0.3.64"; }
  PromptRules rules(const json::object& body) const;
  // Into the queue.
  void put(const json::object& body, std::string id, json::value number, json::object graph,
           const std::vector<std::string>& outputs);

  Clock& clock_;
  world::CardLedger& card_;
  const ComfyOptions& options_;
  world::ComfyUi& comfyui_;
  const ComfySockets& sockets_;
  ComfyNodes nodes_;
  std::int64_t next_number_ = 0;
  std::string temp_letters_;
};

// 403 of ComfyUI's own check: Host is this machine and Origin is another host.
bool is_foreign_origin(const net::HttpRequest& request);

}  // namespace malin::rig
