#include "core/action.hpp"

namespace malin {

namespace {

std::string key(const ProbeCard& a) { return "probe card " + a.card; }
std::string key(const ProbeEngine& a) { return "probe engine " + a.engine; }
std::string key(const ProbeRenderer& a) { return "probe renderer " + a.renderer; }
std::string key(const ProbeSense& a) { return "probe sense " + a.sense; }
std::string key(const LookUpRender& a) { return "look up " + a.prompt_id; }
std::string key(const LoadSense& a) { return "load " + a.sense; }
std::string key(const UnloadResident& a) { return "unload " + a.engine + " " + a.identifier; }
std::string key(const SubmitRender& a) { return "submit " + a.prompt_id; }
std::string key(const InterruptRender& a) { return "interrupt " + a.prompt_id; }
std::string key(const ReleaseRenderer& a) { return "release " + a.renderer; }
std::string key(const CollectMedia& a) { return "collect " + a.job; }
std::string key(const StartServer& a) { return "start " + a.server; }
std::string key(const RestartServer& a) { return "restart " + a.server; }
std::string key(const Announce& a) { return "send " + std::to_string(a.item); }
std::string key(const Deliver& a) { return "send " + std::to_string(a.item); }
std::string key(const Amend& a) { return "send " + std::to_string(a.item); }
std::string key(const ShowLine& a) { return "line " + std::to_string(a.item); }
std::string key(const ShowActivity&) { return "show activity"; }

}  // namespace

std::string key_of(const Action& action) {
  return std::visit([](const auto& one) { return key(one); }, action);
}

}  // namespace malin
