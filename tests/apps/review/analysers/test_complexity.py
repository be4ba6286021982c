"""Functions that are hard to follow are told, in many languages; tests are let be."""

import pytest

from tests.apps.review.analysers.inspecting import candidates


def branchy(count: int) -> str:
    return "def f(x):\n" + "".join(f"    if x == {number}:\n        return {number}\n" for number in range(count))


def test_a_function_with_many_paths_is_told_with_its_count() -> None:
    (found,) = candidates("complexity", "app/a.py", "x = 1\n" + branchy(20))
    assert (found.rule, found.severity, found.line, found.end_line) == ("function-too-branched", "low", 2, 42)
    assert found.message.startswith("f: 21 paths in 41 lines")
    assert found.excerpt == "def f(x):"


def test_very_many_paths_weigh_more() -> None:
    (found,) = candidates("complexity", "app/a.py", branchy(60))
    assert found.severity == "medium"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("def f():\n" + "    x = 1\n" * 150, "function-too-long"),
        (f"def f({', '.join('abcdefghij')}):\n    pass\n", "too-many-parameters"),
    ],
)
def test_length_and_parameters_are_told(text: str, rule: str) -> None:
    assert [candidate.rule for candidate in candidates("complexity", "app/a.py", text)] == [rule]


@pytest.mark.parametrize("path", ["web/a.js", "web/a.ts", "src/a.go", "src/A.java", "src/a.c", "src/a.rs"])
def test_other_languages_are_counted_too(path: str) -> None:
    cases = "".join(f"if (x == {number}) {{ y = {number}; }}\n" for number in range(20))
    heads = {
        "go": "func f(x int) int {",
        "java": "class A { int f(int x) {",
        "c": "int f(int x) {",
        "rs": "fn f(x: i32) -> i32 {",
    }
    head = heads.get(path.rpartition(".")[2], "function f(x) {")
    found = candidates("complexity", path, f"{head}\n{cases}}}\n" + ("}\n" if path.endswith("java") else ""))
    assert [candidate.rule for candidate in found] == ["function-too-branched"]


@pytest.mark.parametrize(
    ("path", "text"),
    [("app/a.py", branchy(5)), ("tests/test_a.py", branchy(40)), ("README.md", branchy(40)), ("app/a.py", "x = (\n")],
)
def test_short_functions_tests_and_prose_are_let_be(path: str, text: str) -> None:
    assert candidates("complexity", path, text) == []


def test_a_script_without_a_suffix_is_counted_by_its_language() -> None:
    assert candidates("complexity", "bin/tool", "#!/usr/bin/env python3\n" + branchy(20))
