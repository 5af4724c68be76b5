// The two handshakes of a WebSocket, over a connection that is there already. Inside net only.
#pragma once

#include <memory>

#include "net/link.hpp"
#include "net/websocket_queue.hpp"

namespace malin::net {

bool is_websocket_request(const HttpRequest& request);

// Answers the request and starts the socket. unreachable: the client has gone.
Task<Result<std::shared_ptr<WebSocketQueue>>> shake_hands_as_server(Tcp::socket socket, HttpRequest request);

}  // namespace malin::net
