#include "app/studio/rig_command.hpp"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include "app/command.hpp"
#include "app/studio/rig_config.hpp"
#include "app/temporary_folder.hpp"
#include "core/suggest.hpp"

namespace malin::app {

namespace fs = std::filesystem;

namespace {

int complain(int exit_code, const std::string& text) {
  fmt::print(stderr, "malin rig: {}\n", text);
  return exit_code;
}

// The folder that is wanted, made where it is missing.
Result<fs::path> make_folder(const fs::path& wanted) {
  std::error_code error;
  fs::create_directories(wanted, error);
  if (error) return fail(Errc::refused, fmt::format("cannot make {}: {}", wanted.string(), error.message()));
  return fs::absolute(wanted).lexically_normal();
}

void list_faults(const world::Faults& faults) {
  for (const auto& [name, meaning] : faults.declared()) fmt::print("{:<28} {}\n", name, meaning);
}

Result<std::map<std::string, world::FaultSpec>> parse_faults(const std::vector<std::string>& texts) {
  std::map<std::string, world::FaultSpec> faults;
  for (const std::string& text : texts) {
    auto fault = parse_fault(text);
    if (!fault) return std::unexpected(fault.error());
    faults.insert(std::move(*fault));
  }
  return faults;
}

// Empty: all of them exist.
std::string unknown_fault(const world::Faults& known, const std::map<std::string, world::FaultSpec>& wanted) {
  std::vector<std::string_view> names;
  for (const auto& [name, meaning] : known.declared()) names.push_back(name);
  for (const auto& [name, spec] : wanted) {
    if (!known.declared().contains(name)) return fmt::format("there is no fault \"{}\"{}", name, suggest(name, names));
  }
  return "";
}

// The log of someone else may be read line by line while the rig runs.
void print_now(const std::string& text) {
  fmt::print("{}", text);
  std::fflush(stdout);
}

}  // namespace

Result<std::pair<std::string, world::FaultSpec>> parse_fault(const std::string& text) {
  world::FaultSpec spec;
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  if (equals == std::string::npos) return std::pair(name, spec);
  const std::size_t comma = text.find(',', equals);
  const std::string amount = text.substr(equals + 1, comma == std::string::npos ? comma : comma - equals - 1);
  if (comma != std::string::npos) spec.text = text.substr(comma + 1);
  const auto [end, error] = std::from_chars(amount.data(), amount.data() + amount.size(), spec.amount);
  const bool is_number = error == std::errc{} && end == amount.data() + amount.size();
  if (name.empty() || (!amount.empty() && !is_number)) {
    return fail(Errc::refused, fmt::format("\"{}\" is not NAME, NAME=AMOUNT or NAME=AMOUNT,TEXT", text));
  }
  return std::pair(name, spec);
}

std::string format_rig(const rig::Rig& rig, const RigCommandOptions& options, const fs::path& config) {
  const rig::RigPorts& ports = rig.ports();
  const std::string host = "http://127.0.0.1:";
  std::string text = "A simulated machine is up: an RTX 5090 with 511 MiB free";
  text += options.speed == 1 ? ".\n\n" : fmt::format(", {} times as fast.\n\n", options.speed);
  text += fmt::format("  LM Studio    {}{}\n", host, ports.lmstudio);
  text += fmt::format("  ComfyUI      {}{}\n", host, ports.comfyui);
  text += fmt::format("  Chatterbox   {}{}   {}\n", host, ports.chatterbox, options.chatterbox);
  text += fmt::format("  Telegram     {}{}   open it: the inbox\n", host, ports.telegram);
  text += fmt::format("  control      {}{}   GET /state, POST /faults, ...\n", host, ports.control);
  text += fmt::format("  for programs {}\n", rig.description_file().string());
  text += fmt::format("\nIn another terminal:\n  malin serve --config {}\n", config.string());
  const std::string to = options.api_port == 7425 ? "" : " --config " + config.string();
  text += fmt::format("  malin status{}\n  malin submit selfie \"at the window\" --wait{}\n", to, to);
  return text + "\nCtrl-C ends it.\n";
}

int run_rig(RigCommandOptions command) {
  auto faults = parse_faults(command.faults);
  if (!faults) return complain(exit_wrong, faults.error().message);
  std::optional<TemporaryFolder> temporary;
  if (command.directory.empty()) {
    Result<TemporaryFolder> made = TemporaryFolder::make("malin-rig");
    if (!made) return complain(exit_failed, made.error().message);
    command.directory = temporary.emplace(std::move(*made)).path();
  }
  const Result<fs::path> folder = make_folder(command.directory);
  if (!folder) return complain(exit_failed, folder.error().message);

  rig::RigOptions options;
  options.speed = command.speed;
  options.directory = *folder;
  options.ports = command.ports;
  options.seed = command.seed;
  options.chatterbox_flavour =
      command.chatterbox == "travisvn" ? rig::ChatterboxFlavour::travisvn : rig::ChatterboxFlavour::devnen;
  options.faults = *faults;

  boost::asio::io_context io(1);
  rig::Rig world(io.get_executor(), options);
  if (command.list_faults) {
    list_faults(world.faults());
    return exit_ok;
  }
  const std::string unknown = unknown_fault(world.faults(), *faults);
  if (!unknown.empty()) return complain(exit_wrong, unknown + "; all of them: malin rig --list-faults");
  const Result<RigSupplies> supplies = find_supplies();
  if (!supplies) return complain(exit_failed, supplies.error().message);
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](const boost::system::error_code& error, int) {
    if (!error) io.stop();
  });
  const Result<void> started = world.start();
  if (!started) return complain(exit_failed, "cannot start: " + started.error().message);
  RigConfigOptions config_options = rig_config_options(world, options);
  config_options.api_port = command.api_port;
  const Result<fs::path> config = write_rig_config(*folder, *supplies, config_options);
  if (!config) return complain(exit_failed, config.error().message);
  print_now(format_rig(world, command, *config));
  io.run();
  return exit_ok;
}

}  // namespace malin::app
