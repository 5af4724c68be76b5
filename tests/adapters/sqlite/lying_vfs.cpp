#include "adapters/sqlite/lying_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace malin::testing {

namespace {

constexpr int sector_size = 4096;  // What SQLite's own VFS for Unix says.

struct OpenFile {
  sqlite3_file base;
  LyingVfs* vfs;
  std::string* name;
  std::vector<std::string>* shared;  // The regions of the log's index: memory, gone with the process.
  bool syncs_folder;
  bool goes_at_close;
};

OpenFile& opened(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
LyingVfs& owner(sqlite3_vfs* vfs) { return *static_cast<LyingVfs*>(vfs->pAppData); }

}  // namespace

// SQLite's calls, as it wants them: plain functions.
struct LyingCalls {
  static int close(sqlite3_file* file) {
    OpenFile& mine = opened(file);
    if (mine.goes_at_close) mine.vfs->change().remove(*mine.name);
    delete mine.name;
    delete mine.shared;
    return SQLITE_OK;
  }

  static int read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
    OpenFile& mine = opened(file);
    if (mine.vfs->enter() != Fault::none) return SQLITE_IOERR_READ;
    const std::string& contents = mine.vfs->disk_.contents(*mine.name);
    const std::int64_t there = std::clamp<std::int64_t>(std::ssize(contents) - offset, 0, count);
    std::memset(into, 0, static_cast<std::size_t>(count));
    if (there > 0) std::memcpy(into, contents.data() + offset, static_cast<std::size_t>(there));
    return there == count ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
    OpenFile& mine = opened(file);
    const Fault fault = mine.vfs->enter(true);
    const bool is_half = fault == Fault::half || fault == Fault::full;
    if (fault == Fault::none || is_half) {
      const auto bytes = static_cast<std::size_t>(is_half ? count / 2 : count);
      mine.vfs->change().write(*mine.name, offset, {static_cast<const char*>(from), bytes});
    }
    if (fault == Fault::none) return SQLITE_OK;
    return fault == Fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    OpenFile& mine = opened(file);
    const Fault fault = mine.vfs->enter();
    if (fault == Fault::none || fault == Fault::half) { mine.vfs->change().truncate(*mine.name, size); }
    return fault == Fault::none ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
  }

  static int sync(sqlite3_file* file, int) {
    OpenFile& mine = opened(file);
    const Fault fault = mine.vfs->enter(true);
    if (fault == Fault::none && mine.vfs->is_deaf()) return SQLITE_OK;
    if (fault == Fault::none) {
      mine.vfs->change().sync(*mine.name);
      if (std::exchange(mine.syncs_folder, false)) mine.vfs->disk_.sync_folder();
      return SQLITE_OK;
    }
    if (fault == Fault::half) {
      mine.vfs->change().fail_sync(*mine.name, static_cast<std::uint64_t>(mine.vfs->calls_));
    }
    return SQLITE_IOERR_FSYNC;
  }

  static int size(sqlite3_file* file, sqlite3_int64* bytes) {
    OpenFile& mine = opened(file);
    if (mine.vfs->enter() != Fault::none) return SQLITE_IOERR_FSTAT;
    *bytes = std::ssize(mine.vfs->disk_.contents(*mine.name));
    return SQLITE_OK;
  }

  static int lock(sqlite3_file* file, int) {
    const Fault fault = opened(file).vfs->enter();
    if (fault == Fault::none) return SQLITE_OK;
    return fault == Fault::half ? SQLITE_BUSY : SQLITE_IOERR_LOCK;
  }
  static int unlock(sqlite3_file*, int) { return SQLITE_OK; }
  static int is_reserved(sqlite3_file*, int* answer) {
    *answer = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sectors(sqlite3_file*) { return sector_size; }
  static int character(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int map_shared(sqlite3_file* file, int region, int bytes, int may_extend, void volatile** memory) {
    OpenFile& mine = opened(file);
    *memory = nullptr;
    const auto index = static_cast<std::size_t>(region);
    if (mine.vfs->enter() != Fault::none) return SQLITE_IOERR_SHMMAP;
    if (mine.shared->size() <= index && may_extend == 0) return SQLITE_OK;
    // Regions are never moved once they are handed out: their count is reserved at opening.
    while (mine.shared->size() <= index) mine.shared->emplace_back(static_cast<std::size_t>(bytes), '\0');
    *memory = (*mine.shared)[index].data();
    return SQLITE_OK;
  }
  static int lock_shared(sqlite3_file* file, int, int, int flags) {
    if ((flags & SQLITE_SHM_UNLOCK) != 0) return SQLITE_OK;
    const Fault fault = opened(file).vfs->enter();
    if (fault == Fault::none) return SQLITE_OK;
    return fault == Fault::half ? SQLITE_BUSY : SQLITE_IOERR_SHMLOCK;
  }
  static void barrier(sqlite3_file*) {}
  static int unmap_shared(sqlite3_file* file, int) {
    opened(file).shared->clear();
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* flags_out);
  static int remove(sqlite3_vfs* vfs, const char* path, int with_folder);

  static int look(sqlite3_vfs* vfs, const char* path, int, int* answer) {
    LyingVfs& mine = owner(vfs);
    if (mine.enter() != Fault::none) return SQLITE_IOERR_ACCESS;
    *answer = mine.disk_.has(path) && !mine.disk_.contents(path).empty() ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_name(sqlite3_vfs*, const char* path, int room, char* into) {
    sqlite3_snprintf(room, into, "%s", path);
    return SQLITE_OK;
  }
  // The same salts in every run: what a torn log looks like depends on the seed alone.
  static int randomness(sqlite3_vfs*, int bytes, char* into) {
    std::memset(into, 7, static_cast<std::size_t>(bytes));
    return bytes;
  }
  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

namespace {

constexpr std::size_t regions_max = 8;

const sqlite3_io_methods methods = {.iVersion = 2,
                                    .xClose = LyingCalls::close,
                                    .xRead = LyingCalls::read,
                                    .xWrite = LyingCalls::write,
                                    .xTruncate = LyingCalls::truncate,
                                    .xSync = LyingCalls::sync,
                                    .xFileSize = LyingCalls::size,
                                    .xLock = LyingCalls::lock,
                                    .xUnlock = LyingCalls::unlock,
                                    .xCheckReservedLock = LyingCalls::is_reserved,
                                    .xFileControl = LyingCalls::control,
                                    .xSectorSize = LyingCalls::sectors,
                                    .xDeviceCharacteristics = LyingCalls::character,
                                    .xShmMap = LyingCalls::map_shared,
                                    .xShmLock = LyingCalls::lock_shared,
                                    .xShmBarrier = LyingCalls::barrier,
                                    .xShmUnmap = LyingCalls::unmap_shared,
                                    .xFetch = nullptr,
                                    .xUnfetch = nullptr};

}  // namespace

int LyingCalls::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* flags_out) {
  LyingVfs& mine = owner(vfs);
  file->pMethods = nullptr;
  const bool is_named = path != nullptr;
  const std::string name = is_named ? path : "temporary " + std::to_string(++mine.temporaries_);
  const bool is_new = !mine.disk_.has(name);
  const Fault fault = mine.enter(is_new);
  if (fault != Fault::none && fault != Fault::half) return SQLITE_CANTOPEN;
  if (is_new) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    mine.change().create(name);
  }
  if (fault == Fault::half) return SQLITE_CANTOPEN;
  auto* shared = new std::vector<std::string>;
  shared->reserve(regions_max);
  // As SQLite's own VFS: whether or not the log was there, its first sync makes the names in its folder certain too.
  const bool is_log = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
  new (file) OpenFile{.base = {&methods},
                      .vfs = &mine,
                      .name = new std::string(name),
                      .shared = shared,
                      .syncs_folder = is_log && (flags & SQLITE_OPEN_CREATE) != 0,
                      .goes_at_close = !is_named};
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int LyingCalls::remove(sqlite3_vfs* vfs, const char* path, int with_folder) {
  LyingVfs& mine = owner(vfs);
  const Fault fault = mine.enter();
  if (fault != Fault::none && fault != Fault::half) return SQLITE_IOERR_DELETE;
  if (!mine.disk_.has(path)) return SQLITE_IOERR_DELETE_NOENT;
  mine.change().remove(path);
  if (with_folder != 0 && fault == Fault::none) mine.disk_.sync_folder();
  return fault == Fault::none ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

const char* to_string(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "none";
    case Fault::error:
      return "error";
    case Fault::half:
      return "half";
    case Fault::full:
      return "full";
    case Fault::unplugged:
      return "unplugged";
    case Fault::deaf:
      return "deaf";
  }
  return "?";
}

LyingVfs::LyingVfs(DiskImage disk) : before_(sqlite3_vfs_find(nullptr)), disk_(std::move(disk)) {
  vfs_ = *before_;
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(OpenFile);
  vfs_.pNext = nullptr;
  vfs_.zName = "lying";
  vfs_.pAppData = this;
  vfs_.xOpen = LyingCalls::open;
  vfs_.xDelete = LyingCalls::remove;
  vfs_.xAccess = LyingCalls::look;
  vfs_.xFullPathname = LyingCalls::full_name;
  vfs_.xRandomness = LyingCalls::randomness;
  vfs_.xSleep = LyingCalls::sleep;
  vfs_.xGetLastError = LyingCalls::last_error;
  sqlite3_vfs_register(&vfs_, 1);
  sqlite3_randomness(0, nullptr);
}

LyingVfs::~LyingVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(before_, 1);
}

void LyingVfs::plan(Fault fault, std::int64_t call) {
  fault_ = fault;
  fault_at_ = call;
}

void LyingVfs::heal() { fault_ = Fault::none; }

Fault LyingVfs::enter(bool needs_room) {
  ++calls_;
  const bool is_once = fault_ == Fault::error || fault_ == Fault::half;
  const bool is_hit = is_once ? calls_ == fault_at_ : calls_ >= fault_at_;
  if (fault_ == Fault::none || fault_ == Fault::deaf || !is_hit || (fault_ == Fault::full && !needs_room))
    return Fault::none;
  ++failed_;
  return fault_;
}

DiskImage& LyingVfs::change() {
  if (before_change) before_change();
  return disk_;
}

}  // namespace malin::testing
