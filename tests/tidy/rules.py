"""What must hold of the code itself. Each rule takes a path and its text and yields (line, message)."""

import re

from awaits import check_await, check_coroutine_lambda
from source import closing_brace, line_at, without_comments_and_strings

# Which floors a floor may include. A floor may always include itself; an adapter never another adapter.
ALLOWED = {
    "core": set(),
    "ports": {"core"},
    "net": {"ports/task.hpp", "core/ascii.hpp", "core/result.hpp", "core/utf8.hpp"},
    "adapters": {"net", "ports", "core"},
    "world": {"ports", "core"},
    "control": {"ports", "core"},
    "rig": {"world", "net", "ports", "core"},
    "api": {"control", "net", "ports", "core"},
    "app": {"api", "rig", "control", "world", "adapters", "net", "ports", "core"},
}
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 120
# The standard library is all that core may use; these of it are not for core either.
CORE_NEVER = {"iostream", "fstream", "thread", "mutex", "random", "filesystem", "format", "print"}


def floor_of(path):
    """("adapters", "lmstudio") for src/adapters/lmstudio/x.cpp, ("core", "") for src/core/x.cpp."""
    parts = path.split("/")
    if parts[0] != "src" or len(parts) < 3:
        return None, ""
    return parts[1], parts[2] if parts[1] == "adapters" and len(parts) > 3 else ""


def check_includes(path, text):
    floor, adapter = floor_of(path)
    if floor not in ALLOWED:
        if floor is not None:
            yield 1, f"src/{floor} is no floor"
        return
    for match in re.finditer(r'^[ \t]*#include "([^"]+)"', text, re.MULTILINE):
        target = match.group(1)
        line = line_at(text, match.start())
        if "/" not in target:
            yield line, f'include "{target}" by its path from src/'
            continue
        target_floor = target.split("/")[0]
        if target_floor == "adapters" and floor == "adapters":
            if target.split("/")[1] != adapter:
                yield line, f"an adapter must not include another: {target}"
        elif target_floor != floor and target_floor not in ALLOWED[floor] and target not in ALLOWED[floor]:
            yield line, f"{floor} must not include {target}"
    if floor == "core":
        for match in re.finditer(r"^[ \t]*#include <([^>]+)>", text, re.MULTILINE):
            if "/" in match.group(1) or match.group(1).endswith(".h") or match.group(1) in CORE_NEVER:
                yield line_at(text, match.start()), f"core must not include <{match.group(1)}>"


def check_lengths(path, text):
    lines = text.split("\n")
    count = len(lines) - (1 if lines[-1] == "" else 0)
    if count > FILE_LINES_MAX:
        yield FILE_LINES_MAX + 1, f"{count} lines; a file has at most {FILE_LINES_MAX}"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX and "http" not in line:
            yield number, f"{len(line)} columns; a line has at most {COLUMNS_MAX}"


SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^;(){}]*$")


def check_functions(path, text):
    """Approximate: a brace after a ')' and outside other functions opens a function."""
    clean = without_comments_and_strings(text)
    clean = re.sub(r"^[ \t]*#[^\n]*", lambda m: " " * len(m.group(0)), clean, flags=re.MULTILINE)
    depth_inside = 0
    opened_at = 0
    statement_from = 0
    for match in re.finditer(r"[{};]", clean):
        symbol = match.group(0)
        if depth_inside:
            depth_inside += {"{": 1, "}": -1, ";": 0}[symbol]
            if depth_inside == 0:
                length = line_at(clean, match.start()) - line_at(clean, opened_at) + 1
                if length > FUNCTION_LINES_MAX:
                    yield line_at(clean, opened_at), f"{length} lines; a function has at most {FUNCTION_LINES_MAX}"
                statement_from = match.end()
            continue
        before = clean[statement_from:match.start()]
        is_scope = SCOPE.search(before.split(")")[-1])
        opens_function = ")" in before and not is_scope and "=" not in before.split("(")[0]
        if symbol == "{" and opens_function:
            depth_inside = 1
            opened_at = match.start()
        statement_from = match.end()


BANNED = [
    (r"\bstd::format\b", "use fmt: g++ 12 has no std::format", lambda path: True),
    (r"\bthis_thread::sleep_\w+|\b(?:u|nano)sleep\s*\(", "wait for a condition with a deadline, do not sleep",
     lambda path: True),
    (r"\bsystem_clock::now\b", "time comes from the Clock port",
     lambda path: not path.startswith(("src/adapters/system/", "src/rig/rig_clock"))),
    (r"\basio::detached\b|\bnet::detached\b", "a detached coroutine loses its exception: rethrow it in a handler",
     lambda path: True),
    (r"\bstd::cout\b|\bstd::cerr\b|\b(?:f?printf|puts)\s*\(", "only app prints",
     lambda path: path.startswith("src/") and not path.startswith("src/app/")),
    (r"\bTODO\b|\bFIXME\b|\bXXX\b", "open an issue", lambda path: True),
    (r"\bspdlog::", "only control, api and app log",
     lambda path: path.startswith("src/") and not path.startswith(("src/control/", "src/api/", "src/app/"))),
]


def check_banned(path, text):
    clean = without_comments_and_strings(text)
    for pattern, message, applies in BANNED:
        if not applies(path):
            continue
        # Notes to oneself hide in comments, so those are looked for in the whole text.
        where = text if "TODO" in pattern else clean
        for match in re.finditer(pattern, where):
            yield line_at(where, match.start()), f"{match.group(0).strip()}: {message}"


def check_catch_all(path, text):
    """catch (...) must throw or hand the exception on."""
    clean = without_comments_and_strings(text)
    for match in re.finditer(r"catch\s*\(\s*\.\.\.\s*\)\s*\{", clean):
        body = clean[match.end():closing_brace(clean, match.end() - 1)]
        if not re.search(r"\bthrow\b|\brethrow_exception\b|\bcurrent_exception\b|\b_exit\b|\babort\b", body):
            yield line_at(clean, match.start()), "catch (...) swallows: name the exception, or throw again"


def check_pragma(path, text):
    if path.endswith(".hpp") and "#pragma once" not in text:
        yield 1, "a header needs #pragma once"


def check_opening(path, text):
    if path.endswith(".hpp") and path.startswith("src/") and not text.startswith("//"):
        yield 1, "a header opens with what it is and what is always true"


RULES = [check_includes, check_lengths, check_functions, check_banned, check_catch_all, check_pragma, check_opening,
         check_await, check_coroutine_lambda]
