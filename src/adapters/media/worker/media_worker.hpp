// The child process in which outside bytes are decoded: it gives up what it does not need, looks at one file, writes
// the thumbnail and the fast-start copy, prints a report and ends.
#pragma once

namespace malin::adapters {

// arguments: NAME IN FOLDER ADDRESS_SPACE_MIB (0: unlimited, as sanitizers need it). Does not return: it ends the
// process without running what the daemon registered for its own end. Exit 0: there is a report.
[[noreturn]] int run_media_worker(int argc, char** argv);

}  // namespace malin::adapters
