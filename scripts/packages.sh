# Which packages Malin is made with, by distribution and purpose. Sourced by scripts/setup.

. /etc/os-release
case "${ID:-}:${VERSION_ID:-}" in
  # Debian 12's own Boost is 1.74; 1.81 is there beside it and excludes it.
  debian:12) boost="libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libboost-system1.81-dev" ;;
  *) boost="libboost-dev libboost-json-dev libboost-url-dev libboost-system-dev" ;;
esac

# To build and to run the demo.
demo_packages="clang-19 cmake ninja-build pkg-config g++ make ca-certificates $boost
  libssl-dev libspdlog-dev libfmt-dev libcli11-dev libtomlplusplus-dev libsqlite3-dev libsqlitecpp-dev
  libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libcairo2-dev fonts-dejavu-core
  libgtest-dev libgmock-dev"

# To test it: sanitizers, the other tools, and a browser for the web page.
test_packages="libclang-rt-19-dev llvm-19 clang-tidy-19 clang-format-19 ccache python3"
case "${ID:-}" in
  ubuntu) ;;  # Its chromium package is a snap; the browser tests say that they were left out.
  *) test_packages="$test_packages chromium" ;;
esac

# What measures, and what the chat proxy is measured beside. nginx' package may start it as a service; the bench runs
# one of its own.
bench_packages="libbenchmark-dev nginx"
