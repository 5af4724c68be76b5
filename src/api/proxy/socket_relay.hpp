// A WebSocket of LM Studio's SDK, whose messages are read on their way: a prediction is a turn, and what would use or
// load a model that is away waits, channel by channel, while everything else passes. Inside the proxy only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/proxy/connection.hpp"
#include "api/proxy/piece_editor.hpp"
#include "api/proxy/socket_frames.hpp"

namespace malin::api::proxy {

class SocketRelay {
 public:
  SocketRelay(Connection& connection, Peer& client, Peer& server);
  ~SocketRelay();
  SocketRelay(const SocketRelay&) = delete;
  SocketRelay& operator=(const SocketRelay&) = delete;

  // Until one side has ended.
  Task<void> run();

 private:
  struct Channel {
    explicit Channel(std::span<const KindSpec> kinds) : editor(kinds) {}
    std::string model;
    bool speaks = false;
    bool is_open = false;  // The server knows of it.
    bool is_guest = false;
    bool is_speaking = false;
    WaitingRoom::Guest guest;
    std::vector<std::string> held;  // Texts of the client that wait with it.
    PieceEditor editor;
  };

  void hear_client();
  void hear_server();
  void take_client_text(SocketMessage message);
  void take_server_text(SocketMessage message);
  Task<void> admit_channels();
  Task<bool> admit(std::int64_t id, Channel& channel);
  void fail_channel(std::int64_t id, const Standing& standing);
  void close_channel(std::int64_t id);
  void leave_room(Channel& channel);
  std::string with_present_instances(std::string text);
  bool is_holding() const;

  Connection& connection_;
  Shared& shared_;
  Peer& client_;
  Peer& server_;
  SocketReader from_client_;
  SocketReader from_server_;
  std::map<std::int64_t, Channel> channels_;  // Those that use a model.
};

}  // namespace malin::api::proxy
