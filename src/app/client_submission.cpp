#include "app/client_submission.hpp"

#include "net/json.hpp"

namespace malin::app {

namespace json = boost::json;

Result<std::string> format_submission(const SubmissionText& submission) {
  json::object body{{"kind", submission.kind}, {"prompt", submission.prompt}};
  json::object params;
  for (const std::string& param : submission.params) {
    const std::size_t equals = param.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(Errc::refused, "--param " + param + " is not NAME=VALUE");
    const std::string name = param.substr(0, equals);
    if (params.contains(name)) return fail(Errc::refused, "--param " + name + " is given twice");
    params[name] = param.substr(equals + 1);
  }
  if (!params.empty()) body["params"] = std::move(params);
  if (submission.priority != 0) body["priority"] = submission.priority;
  if (!submission.key.empty()) body["key"] = submission.key;
  return json::serialize(body);
}

}  // namespace malin::app
