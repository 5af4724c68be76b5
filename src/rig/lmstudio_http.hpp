// LM Studio's HTTP endpoints: REST v1, REST v0 and the OpenAI dialect. As in the real one an unknown path is answered
// with 200 and an "error" member.
#pragma once

#include "net/http_server.hpp"
#include "net/json.hpp"
#include "rig/lmstudio_backend.hpp"

namespace malin::rig {

// All of HTTP but upgrades. `backend` outlives the exchange.
Task<void> serve_lmstudio_http(LmStudioBackend& backend, net::Exchange& exchange);

// REST v1 and v0: /api/v1/models, /api/v1/models/load, ../unload, /api/v1/chat, /api/v0/models.
// false: none of its paths; nothing was answered.
Task<bool> serve_lmstudio_rest(LmStudioBackend& backend, net::Exchange& exchange);

// /v1/models, /v1/chat/completions, /v1/completions, /v1/embeddings. false: as above.
Task<bool> serve_openai(LmStudioBackend& backend, net::Exchange& exchange);

// The instance that answers for the "model" of a request, loaded just in time when that is on. not_found: no such.
Task<Result<world::Instance>> resolve_just_in_time(LmStudioBackend& backend, std::string model);

net::HttpResponse studio_response(unsigned status, const boost::json::value& body);
net::HttpResponse openai_error(unsigned status, const std::string& message, const std::string& code);
net::HttpResponse unexpected_endpoint(const net::HttpRequest& request);

}  // namespace malin::rig
