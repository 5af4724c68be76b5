#include "rig/comfyui_jobs.hpp"

#include <algorithm>
#include <set>

#include "net/url.hpp"
#include "rig/comfyui_text.hpp"

namespace malin::rig {

namespace {

const std::vector<std::string> statuses = {"pending", "in_progress", "completed", "failed", "cancelled"};

json::object waiting_job(const world::ComfyPrompt& prompt, const char* status) {
  const PromptTag& tag = tag_of(prompt);
  return {{"id", prompt.id},        {"status", status},
          {"priority", tag.number}, {"create_time", tag.create_time},
          {"outputs_count", 0},     {"previewable_outputs_count", 0}};
}

json::object ended_job(const world::ComfyRun& run, bool whole) {
  const PromptTag& tag = tag_of(run.prompt);
  json::object history = history_entry(run);
  json::object outputs = history["outputs"].as_object();
  std::int64_t count = 0;
  json::object preview;
  for (const auto& [node, output] : outputs) {
    for (const auto& [key, entries] : output.as_object()) {
      for (const json::value& entry : entries.as_array()) {
        if (!entry.is_object()) continue;
        ++count;
        if (!preview.empty()) continue;
        preview = entry.as_object();
        preview["nodeId"] = node;
        preview["mediaType"] = key;
      }
    }
  }
  json::object job{{"id", run.prompt.id},
                   {"status", run.interrupted ? "cancelled"
                              : run.error     ? "failed"
                                              : "completed"},
                   {"priority", tag.number},
                   {"create_time", tag.create_time},
                   {"execution_start_time", to_unix_ms(run.started_at)},
                   {"execution_end_time", to_unix_ms(run.ended_at)}};
  if (run.error) job["execution_error"] = end_data(run).second;
  job["outputs_count"] = count;
  job["previewable_outputs_count"] = count;
  if (!preview.empty()) job["preview_output"] = std::move(preview);
  if (whole) {
    job["outputs"] = std::move(outputs);
    job["execution_status"] = history["status"];
    job["workflow"] = {{"prompt", tag.graph}, {"extra_data", tag.extra_data}};
  }
  return job;
}

std::vector<json::object> all_jobs(const world::ComfyUi& comfyui) {
  std::vector<json::object> jobs;
  for (const world::ComfyPrompt& prompt : comfyui.pending()) jobs.push_back(waiting_job(prompt, "pending"));
  if (const world::ComfyRun* run = comfyui.running()) jobs.push_back(waiting_job(run->prompt, "in_progress"));
  for (const world::ComfyRun& run : comfyui.history()) jobs.push_back(ended_job(run, false));
  return jobs;
}

net::HttpResponse bad_query(std::string text) { return json_response(400, json::object{{"error", std::move(text)}}); }

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    parts.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return parts;
}

net::HttpResponse list_jobs(const world::ComfyUi& comfyui, std::string_view target) {
  const std::vector<std::string> wanted = split(net::query_value(target, "status"));
  for (const std::string& status : wanted) {
    if (std::ranges::find(statuses, status) != statuses.end()) continue;
    return bad_query("Invalid status value(s): " + status +
                     ". Valid values: pending, in_progress, completed, failed, cancelled");
  }
  const std::string limit_text = net::query_value(target, "limit");
  const std::optional<std::int64_t> limit = whole_number(limit_text);
  if (!limit_text.empty() && (!limit || *limit <= 0)) return bad_query("limit must be a positive integer");
  const std::size_t offset =
      static_cast<std::size_t>(std::max<std::int64_t>(0, whole_number(net::query_value(target, "offset")).value_or(0)));
  std::vector<json::object> jobs = all_jobs(comfyui);
  std::erase_if(jobs, [&](const json::object& job) {
    return !wanted.empty() && std::ranges::find(wanted, std::string(job.at("status").as_string())) == wanted.end();
  });
  const bool rising = net::query_value(target, "sort_order") == "asc";
  const auto key = [&](const json::object& job) {
    const double number = job.at("priority").to_number<double>();
    const json::value* end = job.if_contains("execution_end_time");
    if (net::query_value(target, "sort_by") != "execution_duration") {
      return std::pair(job.at("create_time").as_int64(), number);
    }
    return std::pair(end ? end->as_int64() - job.at("execution_start_time").as_int64() : 0, number);
  };
  std::ranges::sort(
      jobs, [&](const json::object& a, const json::object& b) { return rising ? key(a) < key(b) : key(b) < key(a); });
  const std::size_t first = std::min(offset, jobs.size());
  const std::size_t last = limit ? std::min(jobs.size(), first + static_cast<std::size_t>(*limit)) : jobs.size();
  json::array page;
  for (std::size_t i = first; i < last; ++i) page.push_back(jobs[i]);
  json::object pagination{{"offset", offset},
                          {"limit", limit ? json::value(*limit) : json::value(nullptr)},
                          {"total", jobs.size()},
                          {"has_more", last < jobs.size()}};
  return json_response(200, json::object{{"jobs", page}, {"pagination", pagination}});
}

bool cancel(world::ComfyUi& comfyui, const std::string& id) {
  if (const world::ComfyRun* run = comfyui.running(); run && run->prompt.id == id) {
    comfyui.interrupt();
    return true;
  }
  return comfyui.remove_pending(id);
}

net::HttpResponse cancel_many(world::ComfyUi& comfyui, const std::string& body) {
  const Result<json::value> parsed = net::parse_json(body);
  const json::array* ids = parsed ? net::find_array(*parsed, "job_ids") : nullptr;
  if (!ids) return bad_query("job_ids must be a list");
  json::array invalid;
  for (const json::value& id : *ids) {
    if (!id.is_string() || !is_canonical_uuid(id.as_string())) invalid.push_back(id);
  }
  if (!invalid.empty()) {
    return json_response(400, json::object{{"error", "job_ids contains invalid id(s)"}, {"invalid_ids", invalid}});
  }
  bool any = false;
  for (const json::value& id : *ids) any |= cancel(comfyui, std::string(id.as_string()));
  return json_response(200, json::object{{"cancelled", any}});
}

net::HttpResponse one_job(const world::ComfyUi& comfyui, const std::string& id) {
  for (const world::ComfyPrompt& prompt : comfyui.pending()) {
    if (prompt.id == id) return json_response(200, waiting_job(prompt, "pending"));
  }
  const world::ComfyRun* running = comfyui.running();
  if (running && running->prompt.id == id) return json_response(200, waiting_job(running->prompt, "in_progress"));
  for (const world::ComfyRun& run : comfyui.history()) {
    if (run.prompt.id == id) return json_response(200, ended_job(run, true));
  }
  return json_response(404, json::object{{"error", "Job not found"}});
}

}  // namespace

bool is_canonical_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (hyphen ? text[i] != '-' : !digit) return false;
  }
  return true;
}

net::HttpResponse json_response(unsigned status, const json::value& body) {
  return net::HttpResponse(status, "application/json; charset=utf-8", dump_json(body));
}

std::optional<net::HttpResponse> answer_jobs(world::ComfyUi& comfyui, const net::HttpRequest& request,
                                             std::string_view path) {
  const bool post = request.method == "POST";
  if (path == "/jobs" && !post) return list_jobs(comfyui, request.target);
  if (!path.starts_with("/jobs/")) return std::nullopt;
  const std::string rest(path.substr(6));
  if (post && rest == "cancel") return cancel_many(comfyui, request.body);
  if (post && rest.ends_with("/cancel")) {
    const bool done = cancel(comfyui, rest.substr(0, rest.size() - 7));
    return json_response(200, json::object{{"cancelled", done}});
  }
  if (post || rest.contains('/')) return std::nullopt;
  return one_job(comfyui, rest);
}

}  // namespace malin::rig
