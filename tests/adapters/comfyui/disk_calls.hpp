// The calls with which the adapter writes files, in the order made, and one of them that goes wrong. The linker puts
// these in the place of the C library's (--wrap), so production code has no seam for it.
#pragma once

#include <string>
#include <vector>

namespace malin::testing {

class DiskCalls {
 public:
  enum class Fate {
    fails,  // With ENOSPC; a write leaves half of its bytes there first.
    kills,  // The process ends before it.
  };

  // From now on calls are noted; the `nth` of them, counted from 1, has that fate. 0: none has.
  explicit DiskCalls(int nth = 0, Fate fate = Fate::fails);
  ~DiskCalls();
  DiskCalls(const DiskCalls&) = delete;

  // As "open NAME", "write", "fsync", "rename FROM TO".
  const std::vector<std::string>& made() const { return made_; }
  // Notes the call. Whether it must fail.
  bool enter(std::string call);

 private:
  std::vector<std::string> made_;
  int nth_;
  Fate fate_;
};

}  // namespace malin::testing
