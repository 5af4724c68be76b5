#include <cmath>

#include <fmt/format.h>

#include "app/client_json.hpp"
#include "app/client_text.hpp"
#include "app/text_table.hpp"

namespace malin::app {

namespace {

constexpr std::size_t prompt_columns = 400;

std::string media_of(const json::value& job) {
  const json::value* media = net::find(job, "media");
  if (media == nullptr || !media->is_object()) return "";
  std::string text = fmt::format("{}, {} x {}, {}", text_of(*media, "type"), net::find_int(*media, "width").value_or(0),
                                 net::find_int(*media, "height").value_or(0), bytes_of(*media, "bytes"));
  const auto length = net::find_int(*media, "duration_ms").value_or(0);
  if (length > 0) text += ", " + format_duration(Duration(length));
  return text;
}

}  // namespace

std::string describe_job(const json::value& job) {
  std::string text = text_of(job, "state");
  const double progress = net::find_double(job, "progress").value_or(0);
  if (progress > 0) text += fmt::format(", {} %", std::lround(progress * 100));
  const std::string waits = text_of(job, "waits");
  const std::string reason = text_of(job, "reason");
  if (!waits.empty()) return text + ": " + waits;
  return reason.empty() ? text : text + ": " + reason;
}

std::string format_jobs(const json::value& listed, bool is_coloured) {
  TextTable table(is_coloured, 0);
  for (const json::value& job : list_of(listed, "jobs")) {
    const std::string state = text_of(job, "state");
    const auto created = time_of(job, "created_at");
    const std::string reason = text_of(job, "reason");
    table.add({text_of(job, "id"),
               text_of(job, "kind"),
               {state, colour_of_state(state)},
               created ? format_date(*created) : "",
               reason.empty() || state == "delivered" ? shorten(text_of(job, "prompt"), 80) : reason});
  }
  return table.empty() ? "No jobs yet. The first: malin submit selfie \"at the window\"\n" : table.text();
}

std::string format_job(const json::value& job, bool is_coloured) {
  TextTable table(is_coloured, 0);
  const auto add = [&](const char* name, const std::string& text, Colour colour = Colour::none) {
    if (!text.empty()) table.add({name, {text, colour}});
  };
  const auto add_time = [&](const char* name, const char* key) {
    const auto moment = time_of(job, key);
    if (moment) add(name, format_date(*moment) + format_clock(*moment).substr(5));
  };
  add("job", text_of(job, "id"));
  add("kind", text_of(job, "kind"));
  add("state", describe_job(job), colour_of_state(text_of(job, "state")));
  add("prompt", shorten(text_of(job, "prompt"), prompt_columns));
  if (const json::object* params = net::find_object(job, "params")) {
    for (const auto& [name, value] : *params)
      add("param", fmt::format("{} = {}", std::string_view(name.data(), name.size()), text_of(*params, name)));
  }
  add("key", text_of(job, "key"));
  if (net::find_int(job, "priority").value_or(0) != 0) add("priority", fmt::to_string(*net::find_int(job, "priority")));
  add_time("created", "created_at");
  add_time("started", "started_at");
  add_time("rendered", "rendered_at");
  add_time("ended", "ended_at");
  add_time("not before", "not_before");
  add("media", media_of(job));
  if (net::find_int(job, "attempts").value_or(0) > 1) add("attempts", fmt::to_string(*net::find_int(job, "attempts")));
  return table.text();
}

}  // namespace malin::app
