// One request and its answer. Both bodies pass as they come and at once; what one side does not take stops the other
// side from sending. Inside the proxy only.
//
// Always true: when the client goes, the connection behind is closed, and with it the work that was done for it; and
// the client gets either the whole answer or a connection that ends before its end.
#pragma once

#include <memory>
#include <string>

#include "api/proxy/body.hpp"
#include "api/proxy/connection.hpp"
#include "api/proxy/route.hpp"

namespace malin::api::proxy {

class Exchange {
 public:
  explicit Exchange(Connection& connection);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Of the request in `Shared::request`. Whether the connection can take another one.
  Task<bool> run();

 private:
  enum class Outcome { going, done, lost, broken, gone, tunnel };

  void take_head();
  Task<bool> reach_server();
  Task<Outcome> relay();
  void pass_request();
  Outcome pass_answer();
  Outcome take_answer_head();
  void begin_answer(const ResponseHead& head);
  Outcome pass_answer_body();
  void ask_for_more();
  bool may_repeat() const;
  Task<bool> finish();
  Task<bool> answer(Answer answer);
  Task<void> tunnel();

  Connection& connection_;
  Shared& shared_;
  Peer& client_;
  std::shared_ptr<Peer> server_;
  Route route_;
  std::string request_head_;  // As it goes on.
  std::string replay_;        // Head and body, as long as both are short and nothing was answered.
  BodyScanner request_;
  BodyScanner answer_;
  bool is_head_ = false;      // The method.
  bool is_safe_ = false;      // The request may be repeated.
  bool is_http_1_0_ = false;  // The client.
  bool upgrades_ = false;
  bool keeps_alive_ = true;  // The client's connection.
  bool is_sent_ = false;     // The head of the request.
  bool is_reused_ = false;   // The connection behind.
  bool can_replay_ = false;
  bool has_answer_ = false;  // Its head has come.
  bool server_keeps_alive_ = false;
  bool unwraps_chunks_ = false;  // For a client that does not know them.
};

}  // namespace malin::api::proxy
