#include "adapters/sqlite/disk_image.hpp"

#include <utility>

namespace malin::testing {

namespace {

// How one power loss treats the writes that were not synced.
enum class Loss { all_gone, only_last_torn, each_by_chance };

void put(std::string& contents, std::int64_t offset, const std::string& bytes) {
  const auto begin = static_cast<std::size_t>(offset);
  if (contents.size() < begin) contents.resize(begin, '\0');
  contents.replace(begin, bytes.size(), bytes);
}

// Each sector of the write by chance: there, not there, or noise.
void put_torn(std::string& contents, std::int64_t offset, const std::string& bytes, std::mt19937_64& random) {
  std::int64_t at = 0;
  while (at < std::ssize(bytes)) {
    const std::int64_t to_sector_end = DiskImage::sector_bytes - (offset + at) % DiskImage::sector_bytes;
    std::string part = bytes.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(to_sector_end));
    const auto length = std::ssize(part);
    const auto fate = random() % 8;
    if (fate == 0) part.assign(part.size(), static_cast<char>(random()));
    if (fate < 5) put(contents, offset + at, part);
    at += length;
  }
}

}  // namespace

void DiskImage::write(const std::string& name, std::int64_t offset, std::string bytes) {
  File& file = files_.at(name);
  put(file.seen, offset, bytes);
  file.pending.push_back({offset, std::move(bytes), false});
}

void DiskImage::truncate(const std::string& name, std::int64_t size) {
  File& file = files_.at(name);
  file.seen.resize(static_cast<std::size_t>(size), '\0');
  file.pending.push_back({size, "", true});
}

void DiskImage::remove(const std::string& name) {
  File& file = files_.at(name);
  if (file.is_name_durable) removed_[name] = std::move(file);
  files_.erase(name);
}

void DiskImage::sync_folder() {
  for (auto& [name, file] : files_) file.is_name_durable = true;
  removed_.clear();
}

void DiskImage::fail_sync(const std::string& name, std::uint64_t seed) {
  File& file = files_.at(name);
  std::mt19937_64 random(seed);
  file.durable = leftover(file, random);
  file.pending.clear();
}

void DiskImage::settle(File& file) {
  for (const Pending& change : file.pending) {
    if (change.is_truncation) {
      file.durable.resize(static_cast<std::size_t>(change.offset), '\0');
    } else {
      put(file.durable, change.offset, change.bytes);
    }
  }
  file.pending.clear();
}

std::string DiskImage::leftover(const File& file, std::mt19937_64& random) {
  std::string left = file.durable;
  const auto loss = static_cast<Loss>(random() % 3);
  for (const Pending& change : file.pending) {
    const bool is_last = &change == &file.pending.back();
    if (loss == Loss::all_gone || (loss == Loss::each_by_chance && random() % 3 == 0)) continue;
    if (change.is_truncation) {
      left.resize(static_cast<std::size_t>(change.offset), '\0');
    } else if (loss == Loss::only_last_torn ? is_last : random() % 2 == 0) {
      put_torn(left, change.offset, change.bytes, random);
    } else {
      put(left, change.offset, change.bytes);
    }
  }
  return left;
}

DiskImage DiskImage::of(std::map<std::string, std::string> contents) {
  DiskImage image;
  for (auto& [name, bytes] : contents) {
    image.files_[name] = {.seen = bytes, .durable = bytes, .pending = {}, .is_name_durable = true};
  }
  return image;
}

DiskImage DiskImage::after_power_loss(std::uint64_t seed) const {
  std::mt19937_64 random(seed);
  std::map<std::string, std::string> contents;
  for (const auto& [name, file] : removed_) {
    if (random() % 2 == 0) contents[name] = leftover(file, random);
  }
  for (const auto& [name, file] : files_) {
    if (file.is_name_durable || random() % 2 == 0) contents[name] = leftover(file, random);
  }
  return of(std::move(contents));
}

DiskImage DiskImage::after_kill() const {
  std::map<std::string, std::string> contents;
  for (const auto& [name, file] : files_) contents[name] = file.seen;
  return of(std::move(contents));
}

}  // namespace malin::testing
