"""The coroutine trap of g++ 12 (CONTRIBUTING.md, "Coroutines"): in a full expression with co_await, a temporary
aggregate or a lambda that captures by value is destroyed twice. So: name it first, await second.

A statement here is a full expression: what stands between ';' and the braces of blocks. The body of a lambda is made of
statements of its own, while the braces of a value belong to the statement they stand in."""

import re

from source import line_at, without_comments_and_strings

LAMBDA = re.compile(
    r"(?<![\w\])])\[(?P<captures>[^\[\]]*)\]\s*"
    r"(?:<[^<>]*>\s*)?(?:\((?:[^()]|\([^()]*\))*\))?\s*(?:mutable|noexcept|static|\s)*(?:->\s*[\w:<>,\s*&]+?)?\s*$")
DECLARES_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^=()]*$")
ENDS_BEFORE_BLOCK = re.compile(r"(\)|\}|:|\belse|\bdo|\btry|\bconst|\bnoexcept|\boverride|\)\s*->\s*[\w:<>,\s*&]+)$")
# Owns nothing, so nothing is freed twice.
HARMLESS = re.compile(r"\b(Duration|TimePoint|std::chrono::\w+)$")
AWAIT = re.compile(r"\bco_await\b")
COROUTINE = re.compile(r"\bco_(await|return|yield)\b")


class Statement:
    def __init__(self, start, in_lambda=None):
        self.start = start
        self.text = []
        self.value_braces = 0
        self.captures = []         # Of the lambdas in it.
        self.in_lambda = in_lambda  # The captures of the lambda whose body it is in; None outside.

    def string(self):
        return "".join(self.text)


class Splitter:
    """Walks the text once. Each open brace is a block, a lambda's body or a value."""

    def __init__(self, clean):
        self.clean = clean
        self.found = []

    def split(self):
        self.block(0, None)
        return self.found

    def block(self, position, in_lambda):
        """Statements from `position` to the brace that closes this block; returns the position after it."""
        statement = Statement(position, in_lambda)
        round_depth = 0
        values_open = 0
        while position < len(self.clean):
            symbol = self.clean[position]
            if symbol == "{":
                before = statement.string().strip()
                captured = LAMBDA.search(before)
                if captured:
                    inside = owning(captured.group("captures"))
                    statement.captures.append(inside)
                    statement.text.append("{}")
                    position = self.block(position + 1, captured.group("captures").strip())
                    continue
                if round_depth == 0 and values_open == 0 and opens_block(before):
                    self.end(statement)
                    position = self.block(position + 1, in_lambda)
                    statement = Statement(position, in_lambda)
                    continue
                statement.value_braces += 0 if HARMLESS.search(before) else 1
                values_open += 1
            elif symbol == "}":
                if values_open == 0:
                    self.end(statement)
                    return position + 1
                values_open -= 1
            elif symbol in "()":
                round_depth += 1 if symbol == "(" else -1
            elif symbol == ";" and round_depth == 0 and values_open == 0:
                self.end(statement)
                statement = Statement(position + 1, in_lambda)
                position += 1
                continue
            statement.text.append(symbol)
            position += 1
        self.end(statement)
        return position

    def end(self, statement):
        if statement.string().strip():
            self.found.append(statement)


def opens_block(before):
    return not before or bool(DECLARES_SCOPE.search(before)) or bool(ENDS_BEFORE_BLOCK.search(before))


def owning(captures):
    """The captures that own something: everything but references and this."""
    parts = [part.strip() for part in captures.split(",") if part.strip()]
    return [part for part in parts if not part.startswith("&") and part not in ("this", "*this")]


def statements_of(text):
    clean = without_comments_and_strings(text)
    directive = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)
    clean = directive.sub(lambda found: re.sub(r"[^\n]", " ", found.group(0)), clean)
    return clean, Splitter(clean).split()


def check_await(path, text):
    if "co_await" not in text:
        return
    clean, statements = statements_of(text)
    for statement in statements:
        found = AWAIT.search(statement.string())
        if not found:
            continue
        line = line_at(clean, clean.find("co_await", statement.start))
        if statement.value_braces:
            yield line, "braces in a statement with co_await: name the value first, await second"
        if any(statement.captures):
            yield line, "a lambda that captures by value beside co_await: name it first, await second"


def check_coroutine_lambda(path, text):
    """The captures of a lambda die with the lambda, which may be before its coroutine does."""
    if not path.startswith("src/") or "co_" not in text:
        return
    clean, statements = statements_of(text)
    for statement in statements:
        found = COROUTINE.search(statement.string())
        if found and statement.in_lambda:
            yield line_at(clean, clean.find(found.group(0), statement.start)), "a capturing lambda is a coroutine"
