#include "app/log_setup.hpp"

#include <utility>

#include <spdlog/formatter.h>
#include <spdlog/spdlog.h>

#include "control/log.hpp"
#include "core/time.hpp"

namespace malin::app {

namespace {

class LineFormatter : public spdlog::formatter {
 public:
  LineFormatter(control::LogFormat format, bool has_time) : format_(format), has_time_(has_time) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    control::LogFields fields;
    if (has_time_) fields.push_back({"ts", format_time(std::chrono::floor<Duration>(message.time))});
    const auto level = spdlog::level::to_string_view(message.level);
    fields.push_back({"level", std::string(level.data(), level.size())});
    fields.push_back({"msg", std::string(message.payload.data(), message.payload.size())});
    const control::LogFields& more = control::fields_of_line();
    fields.insert(fields.end(), more.begin(), more.end());
    const std::string line = control::format_line(format_, fields) + "\n";
    out.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_, has_time_);
  }

 private:
  control::LogFormat format_;
  bool has_time_;
};

}  // namespace

void set_log(std::shared_ptr<spdlog::logger> logger, control::LogFormat format, bool has_time) {
  logger->set_formatter(std::make_unique<LineFormatter>(format, has_time));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace malin::app
