#include "adapters/cards/amdgpu.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "adapters/cards/holders.hpp"

namespace malin::adapters {

namespace fs = std::filesystem;

namespace {

constexpr auto probe_limit = std::chrono::seconds(5);
constexpr std::string_view amd_vendor = "0x1002";

std::optional<std::int64_t> parse_number(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (trouble != std::errc{} || end == text.data()) return std::nullopt;
  return number;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The value of "KEY<separator>value" in a file of such lines.
std::string value_in(const fs::path& file, std::string_view key) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(key)) return line.substr(key.size());
  }
  return {};
}

struct Found {
  fs::path device;
  std::string pci;
};

// The cards' folders are cardN; cardN-HDMI-A-1 and renderD128 are other views of them.
std::optional<Found> find_card(const std::string& which, const fs::path& drm) {
  for (const fs::path& entry : entries(drm)) {
    const std::string name = entry.filename();
    if (!name.starts_with("card") || !is_number(std::string_view(name).substr(4))) continue;
    const fs::path device = entry / "device";
    if (read_line(device / "vendor") != amd_vendor) continue;
    const std::string pci = value_in(device / "uevent", "PCI_SLOT_NAME=");
    if (name.substr(4) == which || pci == which) return Found{device, pci};
  }
  return std::nullopt;
}

// What one open file of a process says, when it belongs to our card.
struct Client {
  std::string id;
  Bytes vram;
};

std::optional<Client> read_client(const fs::path& fdinfo, const std::string& pci) {
  Client client;
  bool ours = false;
  std::ifstream stream(fdinfo);
  for (std::string line; std::getline(stream, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = line.substr(0, colon);
    const auto start = line.find_first_not_of(" \t", colon + 1);
    const std::string value = start == std::string::npos ? "" : line.substr(start);
    if (key == "drm-pdev") ours = value == pci;
    if (key == "drm-client-id") client.id = value;
    // Older kernels say drm-memory-vram, newer ones both or the second alone.
    if (key == "drm-memory-vram" || key == "drm-resident-vram") {
      const std::int64_t unit = value.ends_with("MiB") ? 1 << 20 : value.ends_with("KiB") ? 1 << 10 : 1;
      if (const auto amount = parse_number(value)) client.vram = std::max(client.vram, Bytes{*amount * unit});
    }
  }
  if (!ours || client.id.empty()) return std::nullopt;
  return client;
}

// A client that several files or processes share is counted once, for the process with the lowest id.
std::vector<CardReading::Holder> read_holders(const std::string& pci, const fs::path& proc) {
  std::set<int> pids;
  for (const fs::path& entry : entries(proc)) {
    const std::string name = entry.filename();
    if (is_number(name) && name.size() < 10) pids.insert(std::stoi(name));
  }
  std::set<std::string> counted;
  std::vector<CardReading::Holder> holders;
  for (const int pid : pids) {
    Bytes used;
    for (const fs::path& entry : entries(proc / std::to_string(pid) / "fdinfo")) {
      const auto client = read_client(entry, pci);
      if (client && counted.insert(client->id).second) used += client->vram;
    }
    if (used > Bytes{0}) holders.push_back({.pid = pid, .name = process_name(proc, pid), .used = used});
  }
  return holders;
}

}  // namespace

Result<CardReading> read_amd_card(const std::string& which, const AmdPlaces& places) {
  const auto card = find_card(which, places.drm);
  if (!card) return fail(Errc::not_found, "no amdgpu card " + which + " in " + places.drm.string());
  const auto total = parse_number(read_line(card->device / "mem_info_vram_total"));
  const auto used = parse_number(read_line(card->device / "mem_info_vram_used"));
  if (!total || !used || *used < 0 || *used > *total) {
    return fail(Errc::unreachable, "the amdgpu driver does not tell the memory of card " + which);
  }
  CardReading reading{.total = {*total}, .used = {*used}, .free = {*total - *used}, .holders = {}};
  if (!card->pci.empty()) reading.holders = read_holders(card->pci, places.proc);
  return reading;
}

AmdCard::AmdCard(std::string which, AmdPlaces places)
    : which_(std::move(which)), places_(std::move(places)), inquiry_(thread_, "card " + which_, probe_limit) {}

Task<Result<CardReading>> AmdCard::probe() {
  return inquiry_.ask([which = which_, places = places_] { return read_amd_card(which, places); });
}

}  // namespace malin::adapters
