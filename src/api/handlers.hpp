// What each route does. An answerer makes one whole answer; a streamer answers by itself, piece by piece.
#pragma once

#include "api/call.hpp"

namespace malin::api {

using Answerer = Task<net::HttpResponse> (*)(Call& call);
using Streamer = Task<void> (*)(Call& call);

Task<net::HttpResponse> post_job(Call& call);
Task<net::HttpResponse> get_jobs(Call& call);
Task<net::HttpResponse> get_job(Call& call);
Task<net::HttpResponse> delete_job(Call& call);
Task<void> stream_media(Call& call);
Task<void> stream_thumbnail(Call& call);
Task<net::HttpResponse> get_preview(Call& call);
Task<net::HttpResponse> post_reply(Call& call);

Task<net::HttpResponse> post_turn(Call& call);
Task<net::HttpResponse> put_turn(Call& call);
Task<net::HttpResponse> delete_turn(Call& call);

Task<net::HttpResponse> get_status(Call& call);
Task<net::HttpResponse> get_glow(Call& call);
Task<net::HttpResponse> get_windows(Call& call);
Task<net::HttpResponse> get_plan(Call& call);
Task<void> stream_events(Call& call);

Task<net::HttpResponse> put_swap(Call& call);
Task<net::HttpResponse> post_abort(Call& call);
Task<net::HttpResponse> post_restore(Call& call);

Task<net::HttpResponse> get_footprints(Call& call);
Task<net::HttpResponse> put_footprint(Call& call);
Task<net::HttpResponse> delete_footprint(Call& call);

Task<net::HttpResponse> get_page(Call& call);
Task<net::HttpResponse> get_history(Call& call);
Task<net::HttpResponse> get_kinds(Call& call);

Task<net::HttpResponse> get_health(Call& call);
Task<net::HttpResponse> get_readiness(Call& call);
Task<net::HttpResponse> get_metrics(Call& call);

}  // namespace malin::api
