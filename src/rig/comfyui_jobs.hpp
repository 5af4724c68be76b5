// /api/jobs: the queue and the history as one list (0.33 and later).
#pragma once

#include "net/http.hpp"
#include "rig/comfyui_messages.hpp"

namespace malin::rig {

// `path` starts after /api: "/jobs", "/jobs/ID", "/jobs/ID/cancel", "/jobs/cancel". nullopt: no such route.
std::optional<net::HttpResponse> answer_jobs(world::ComfyUi& comfyui, const net::HttpRequest& request,
                                             std::string_view path);

bool is_canonical_uuid(std::string_view text);
net::HttpResponse json_response(unsigned status, const json::value& body);

}  // namespace malin::rig
