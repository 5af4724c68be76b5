// /view and /upload/image on the simulated disk.
#pragma once

#include "net/http.hpp"
#include "world/comfyui.hpp"

namespace malin::rig {

// nosniff: versions from 0.33 on forbid browsers to guess the type.
net::HttpResponse answer_view(const world::ComfyUi& comfyui, const net::HttpRequest& request, bool nosniff);
net::HttpResponse answer_upload(world::ComfyUi& comfyui, const net::HttpRequest& request, TimePoint now);

// Whether LoadImage can open it: "name.png", "sub/name.png".
bool has_input_file(const world::ComfyUi& comfyui, const std::string& name);

// 500 as aiohttp gives it for an exception in a handler.
net::HttpResponse server_trouble();
net::HttpResponse empty_response(unsigned status);

}  // namespace malin::rig
