"""The rules on small pieces of code: what each must find, and what it must let pass."""

import unittest

import rules
from awaits import check_await, check_coroutine_lambda

SRC = "src/control/x.cpp"


def in_function(body):
    return "Task<void> f() {\n" + body + "\n}\n"


class AwaitTrap(unittest.TestCase):
    WRONG = [
        "co_await client.send(Request{.model = name});",
        "co_await run([name] { return name.size(); });",
        "Snapshot s{.gpu = gpu, .jobs = co_await load_jobs()};",
        'co_await put({"a", "b"});',
        "co_return co_await client.send(Request{name});",
        "auto r = co_await (busy ? client.send(Request{name}) : client.send(other));",
        "co_await (client.send(Request{name}) || clock.sleep_until(deadline));",
        "co_await run(std::function<int()>([name = std::move(name)]() mutable { return 1; }));",
        "co_await asio::co_spawn(executor, [name]() -> Task<void> { co_return; }, token);",
        "co_spawn(co_await this_coro::executor, [name]() -> Task<void> { co_return; }, rethrow);",
        "if (co_await client.send(Request{name})) { done(); }",
        "while (const auto r = co_await read({})) {\n  use(r);\n}",
        "const std::optional<Request> r = Request{co_await name()};",
    ]
    RIGHT = [
        "Request request{.model = name};\nco_await client.send(std::move(request));",
        "co_await client.send(std::string(name));",
        "co_await client.send(make_request(name));",
        "co_await run([&name] { return name.size(); });",
        "co_return Reply{.status = 200};",
        "co_return std::unexpected(Error{code, text});",
        "auto [ec, n] = co_await socket.async_read_some(buffer, token);",
        "for (const Job& job : co_await jobs()) { use(job); }",
        "switch (co_await next()) {\n  case A: {\n    Request r{name};\n    break;\n  }\n}",
        "if (const auto r = co_await get(); !r) {\n  Request request{.model = name};\n} else {\n  co_await put(1);\n}",
        "co_await run([](int a) { return a; });",
        "co_await clock.sleep_until(now + Duration{50});",
        "auto send = [](std::string text) -> Task<void> {\n  Request r{text};\n  co_await put(std::move(r));\n};",
    ]

    def test_every_wrong_form_is_found_once_named(self):
        for form in self.WRONG:
            self.assertTrue(list(check_await(SRC, in_function(form))), form)

    def test_every_right_form_passes(self):
        for form in self.RIGHT:
            self.assertEqual([], list(check_await(SRC, in_function(form))), form)

    def test_the_line_is_that_of_the_await(self):
        found = list(check_await(SRC, in_function("int a;\nco_await put({});")))
        self.assertEqual([3], [line for line, _ in found])

    def test_a_capturing_lambda_must_not_be_a_coroutine(self):
        wrong = in_function("auto run = [this]() -> Task<void> { co_await wait(); };")
        right = in_function("auto run = [](Clock& clock) -> Task<void> { co_await wait(clock); };")
        self.assertTrue(list(check_coroutine_lambda(SRC, wrong)))
        self.assertEqual([], list(check_coroutine_lambda(SRC, right)))


class Includes(unittest.TestCase):
    def found(self, path, include):
        return list(rules.check_includes(path, f"#include {include}\n"))

    def test_up_and_across_are_found(self):
        for path, include in [("src/core/a.cpp", '"ports/card.hpp"'), ("src/control/a.cpp", '"net/http.hpp"'),
                              ("src/control/a.cpp", '"world/card_ledger.hpp"'), ("src/net/a.cpp", '"ports/card.hpp"'),
                              ("src/adapters/comfyui/a.cpp", '"adapters/telegram/telegram.hpp"'),
                              ("src/world/a.cpp", '"net/json.hpp"'), ("src/rig/a.cpp", '"control/controller.hpp"'),
                              ("src/core/a.cpp", "<boost/json.hpp>"), ("src/core/a.cpp", "<thread>"),
                              ("src/api/a.cpp", '"sibling.hpp"')]:
            self.assertEqual(1, len(self.found(path, include)), (path, include))

    def test_down_passes(self):
        for path, include in [("src/core/a.cpp", '"core/b.hpp"'), ("src/net/a.cpp", '"core/result.hpp"'),
                              ("src/net/a.cpp", '"ports/task.hpp"'), ("src/adapters/comfyui/a.cpp", '"net/http.hpp"'),
                              ("src/adapters/comfyui/a.cpp", '"adapters/comfyui/b.hpp"'),
                              ("src/app/a.cpp", '"adapters/comfyui/b.hpp"'), ("src/core/a.cpp", "<vector>"),
                              ("src/api/a.cpp", '"control/controller.hpp"')]:
            self.assertEqual([], self.found(path, include), (path, include))


class Lengths(unittest.TestCase):
    def test_a_long_file_and_a_long_line_are_found(self):
        self.assertEqual(1, len(list(rules.check_lengths(SRC, "int a;\n" * 301))))
        self.assertEqual(1, len(list(rules.check_lengths(SRC, "x" * 121 + "\n"))))
        self.assertEqual([], list(rules.check_lengths(SRC, "int a;\n" * 300 + "")))

    def test_a_long_function_is_found_in_a_namespace_and_in_a_class(self):
        body = "  if (a) { b(); }\n" * 70
        for opening in ("namespace x {\nint f(int a) {\n", "struct X : Y {\n  int f() const {\n"):
            self.assertEqual(1, len(list(rules.check_functions(SRC, opening + body + "}\n};\n"))), opening)

    def test_a_long_class_of_short_functions_passes(self):
        text = "namespace x {\nclass X : public Y {\n" + "  int f() { return 1; }\n" * 90 + "};\n}\n"
        self.assertEqual([], list(rules.check_functions(SRC, text)))


class Banned(unittest.TestCase):
    def found(self, path, text):
        return len(list(rules.check_banned(path, text)))

    def test_calls(self):
        self.assertEqual(1, self.found(SRC, "auto t = std::format(x);"))
        self.assertEqual(1, self.found(SRC, "std::this_thread::sleep_for(1s);"))
        self.assertEqual(1, self.found(SRC, "std::chrono::system_clock::now();"))
        self.assertEqual(0, self.found("src/adapters/system/clock.cpp", "std::chrono::system_clock::now();"))
        self.assertEqual(1, self.found(SRC, "co_spawn(e, f(), asio::detached);"))
        self.assertEqual(1, self.found(SRC, "std::cout << 1;"))
        self.assertEqual(0, self.found("src/app/x.cpp", "std::cout << 1;"))
        self.assertEqual(1, self.found("src/adapters/comfyui/x.cpp", "spdlog::info(x);"))

    def test_names_in_comments_and_texts_pass_but_notes_to_oneself_do_not(self):
        self.assertEqual(0, self.found(SRC, '// std::format is absent\nauto a = "std::format";'))
        self.assertEqual(1, self.found(SRC, "// " + "TO" + "DO: later"))

    def test_catch_all_must_throw(self):
        wrong = "try { a(); } catch (...) { b(); }"
        right = "try { a(); } catch (...) { b(); throw; }"
        self.assertEqual(1, len(list(rules.check_catch_all(SRC, wrong))))
        self.assertEqual([], list(rules.check_catch_all(SRC, right)))

    def test_headers(self):
        self.assertEqual(1, len(list(rules.check_pragma("src/a/b.hpp", "// What.\nint a;"))))
        self.assertEqual(1, len(list(rules.check_opening("src/a/b.hpp", "#pragma once\n"))))
