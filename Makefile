# The front door. Everything is built by CMake (CMakePresets.json); this only says it shorter.

PREFIX ?= $(HOME)/.local

.PHONY: help demo test sim fuzz bench install lint format clean

help:
	@echo 'make demo      watch her make room, render and come back, on a simulated card (a minute or two)'
	@echo 'make test      everything that proves it works'
	@echo 'make sim       SEEDS=N simulated lives in which everything goes wrong (1000)'
	@echo 'make fuzz      SECONDS=N of bytes made up for each parser (60)'
	@echo 'make bench     how fast it is'
	@echo 'make bench-proxy   how fast the chat proxy is, beside nginx'
	@echo 'make install   put malin into PREFIX ($(PREFIX)) and a unit into your systemd'
	@echo 'make lint      formatting, the rules of the house, clang-tidy'
	@echo 'make format    format the code'
	@echo 'make clean     remove build/'

demo:
	@scripts/setup demo
	@scripts/build-release
	@build/release/malin demo $(ARGS)

test:
	@scripts/test

sim:
	@scripts/setup demo
	@scripts/sim $(or $(SEEDS),1000)

fuzz:
	@scripts/setup demo
	@scripts/fuzz --seconds $(or $(SECONDS),60)

bench:
	@scripts/setup bench
	@scripts/bench

bench-proxy:
	@scripts/setup bench
	@scripts/bench-proxy

install:
	@scripts/setup demo
	@scripts/build-release
	@scripts/install '$(PREFIX)'

lint:
	@scripts/lint

format:
	@find src tests bench -name node_modules -prune -o -name data -prune -o -name '*.[ch]pp' -print0 | xargs -0 clang-format-19 -i

clean:
	rm -rf build
