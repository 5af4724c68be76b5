#include "app/studio/rig_config.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "app/studio.hpp"

namespace malin::app {

namespace fs = std::filesystem;

namespace {

constexpr const char* driver_name = "libnvidia-ml.so.1";
constexpr const char* token_name = "telegram.token";

constexpr const char* text =
    R"(# Written by `malin rig`: the simulated world that it serves, on the ports that it got this time.
state_dir = "state"

[cards.gpu0]
driver = "nvml"
library = {driver}
total = "{total} MiB"

[engines.lmstudio]
type = "lmstudio"
url = "http://{address}:{lmstudio}"

[engines.chatterbox]
type = "chatterbox"
flavour = "{flavour}"
url = "http://{address}:{chatterbox}"

[renderers.comfyui]
url = "http://{address}:{comfyui}"

[senses.brain]
engine = "lmstudio"
model = "dolphin-24b"
load_config = '{{"contextLength": 8192}}'
footprint = "19 GiB"
impact = 10

[senses.vision]
engine = "lmstudio"
model = "qwen3-vl-8b"
load_config = '{{"contextLength": 8192}}'
footprint = "6 GiB"
impact = 3

[senses.voice]
engine = "chatterbox"
model = "chatterbox"
footprint = "3606 MiB"
impact = 8
evictable = false

[kinds.selfie]
workflow = "workflows/selfie.json"
media = "photo"
need = "6 GiB"
evict = ["vision"]
patience = "{patience}ms"
status_line = "taking your photo, back in a sec"

[kinds.video]
workflow = "workflows/video.json"
media = "video"
need = "14 GiB"
evict = ["vision", "brain"]
patience = "{long_patience}ms"
status_line = "filming something for you, back in a minute"
slots = {{ unet = "wan2.1_t2v_14B_fp8_scaled.safetensors" }}

[courier]
api_root = "http://{address}:{telegram}"
chat_id = {chat}
token_file = "{token}"

[api]
listen = "127.0.0.1:{api}"

[presence]
idle_grace = "{idle_grace}ms"
min_present = "{min_present}ms"

[supervision]
fast_probe = "{fast_probe}ms"
slow_probe = "{slow_probe}ms"
)";

std::string toml_string(const std::string& content) {
  std::string out = "\"";
  for (const char c : content) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// A wait in the rig's time, in real milliseconds.
std::int64_t sped_up(Duration wait, double speed, Duration least = {}) {
  const auto real = std::llround(static_cast<double>(wait.count()) / speed);
  return std::max<std::int64_t>(real, least.count());
}

std::unexpected<Error> cannot_write(const fs::path& path, const std::error_code& error) {
  return fail(Errc::refused, fmt::format("cannot write {}: {}", path.string(), error.message()));
}

Result<void> write_text(const fs::path& path, const std::string& content, fs::perms mode) {
  std::error_code error;
  fs::remove(path, error);
  std::ofstream file(path, std::ios::binary);
  // Nothing is in it yet that others could read.
  fs::permissions(path, mode, error);
  if (error) return cannot_write(path, error);
  file << content;
  file.close();
  if (!file) return cannot_write(path, std::make_error_code(std::errc::io_error));
  return {};
}

Result<void> bring(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  // A daemon may still have the old driver open: it keeps its file.
  fs::remove(to, error);
  if (!fs::copy_file(from, to, error)) return cannot_write(to, error);
  return {};
}

}  // namespace

Result<RigSupplies> find_supplies(const fs::path& program) {
  const fs::path folder = program.parent_path();
  const RigSupplies built{folder / "rig" / driver_name, folder / "../../config/workflows"};
  const RigSupplies installed{folder / "rig" / driver_name, folder / "../../share/malin/workflows"};
  for (const RigSupplies& supplies : {built, installed}) {
    std::error_code error;
    if (fs::exists(supplies.driver, error) && fs::exists(supplies.workflows / "selfie.json", error)) return supplies;
  }
  return fail(
      Errc::not_found,
      fmt::format("the rig's own driver and workflows are not where they belong: neither {} with {}, nor {} "
                  "with {}; build or install malin again",
                  built.driver.lexically_normal().string(), built.workflows.lexically_normal().string(),
                  installed.driver.lexically_normal().string(), installed.workflows.lexically_normal().string()));
}

Result<RigSupplies> find_supplies() {
  const Result<fs::path> program = this_program();
  if (!program) return std::unexpected(program.error());
  return find_supplies(*program);
}

RigConfigOptions rig_config_options(const rig::Rig& rig, const rig::RigOptions& options) {
  return {.address = options.address,
          .ports = rig.ports(),
          .flavour = options.chatterbox_flavour,
          .token = options.telegram.token,
          .chat = options.telegram.world.chat,
          .card_total = options.cards.front().total,
          .speed = options.speed};
}

std::string format_rig_config(const fs::path& folder, const RigConfigOptions& options) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const rig::RigPorts& ports = options.ports;
  const bool is_devnen = options.flavour == rig::ChatterboxFlavour::devnen;
  return fmt::format(text, fmt::arg("driver", toml_string((folder / driver_name).string())),
                     fmt::arg("total", options.card_total.count >> 20), fmt::arg("address", options.address),
                     fmt::arg("lmstudio", ports.lmstudio), fmt::arg("flavour", is_devnen ? "devnen" : "travisvn"),
                     fmt::arg("chatterbox", ports.chatterbox), fmt::arg("comfyui", ports.comfyui),
                     fmt::arg("telegram", ports.telegram), fmt::arg("chat", options.chat),
                     fmt::arg("token", token_name), fmt::arg("api", options.api_port),
                     fmt::arg("patience", sped_up(seconds(120), options.speed)),
                     fmt::arg("long_patience", sped_up(seconds(300), options.speed)),
                     fmt::arg("idle_grace", sped_up(seconds(8), options.speed)),
                     fmt::arg("min_present", sped_up(seconds(8), options.speed)),
                     // The least that the config takes.
                     fmt::arg("fast_probe", sped_up(milliseconds(500), options.speed, milliseconds(50))),
                     fmt::arg("slow_probe", sped_up(seconds(5), options.speed, milliseconds(500))));
}

Result<fs::path> write_rig_config(const fs::path& folder, const RigSupplies& supplies,
                                  const RigConfigOptions& options) {
  const fs::path absolute = fs::absolute(folder).lexically_normal();
  const auto owner = fs::perms::owner_read | fs::perms::owner_write;
  const auto everyone = owner | fs::perms::group_read | fs::perms::others_read;
  Result<void> done = bring(supplies.driver, absolute / driver_name);
  for (const char* name : {"selfie.json", "video.json"}) {
    if (done) done = bring(supplies.workflows / name, absolute / "workflows" / name);
  }
  if (done) done = write_text(absolute / token_name, options.token + "\n", owner);
  if (done) done = write_text(absolute / "malin.toml", format_rig_config(absolute, options), everyone);
  if (!done) return std::unexpected(done.error());
  return absolute / "malin.toml";
}

}  // namespace malin::app
