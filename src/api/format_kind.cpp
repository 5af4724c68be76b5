#include "api/format_kind.hpp"

#include "core/footprint.hpp"

namespace malin::api {

namespace json = boost::json;

json::array format_kinds(const Situation& situation) {
  json::array kinds;
  for (const KindSpec& kind : situation.config.kinds) {
    json::object params;
    for (const auto& [name, value] : kind.slots) params[name] = value;
    kinds.push_back({{"name", kind.name},
                     {"tag", kind.tag},
                     {"media", kind.is_video ? "video" : "photo"},
                     {"need_bytes", need_of(situation.ledger, kind, {}).count},
                     {"configured_bytes", kind.need.count},
                     {"status_line", kind.status_line},
                     {"patience_s", static_cast<double>(kind.patience.count()) / 1000},
                     {"prompt_bytes_max", kind.prompt_bytes_max},
                     {"params", std::move(params)}});
  }
  return kinds;
}

}  // namespace malin::api
