"""The shape of the source: sizes, docstrings, imports, names, prose; and a proof for each rule that it can fail."""

import textwrap
from pathlib import Path

import pytest

from tests.architecture import shape

SOURCE = Path(__file__).parents[2] / "src" / "holdfast"

# The edges where anything may come in, each turning it into a value and a record. Path: which edge it is.
EDGES = {
    "apps/review/analysers/engine.py": "worker: a tool that breaks on a strange file must not cost the other files",
    "dispatch/local.py": "worker: one bad run, or a store in trouble, never stops the others",
    "integration/gateway/gateway.py": "provider: whatever a client raises is a fault that the run can live with",
    "integration/tools/caught.py": "tool: whatever a tool's author raises becomes a value",
    "integration/tools/edge.py": "tool: the same for what is awaited",
    "integration/tools/sandbox/launcher.py": "worker: a confinement that breaks, however it does, runs nothing",
    "runtime/alerting.py": "listener: whoever is told of alerts never stops a run",
    "integration/tools/threads.py": "tool: what a plain function raises crosses from its thread as a value",
}


@pytest.fixture(scope="module")
def modules() -> list[shape.Module]:
    return shape.parse(SOURCE)


@pytest.mark.parametrize("rule", shape.RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule: shape.Rule, modules: list[shape.Module]) -> None:
    breaches = [str(breach) for module in modules for breach in rule(module)]
    assert not breaches, "\n" + "\n".join(breaches)


def test_nine_files_of_ten_are_short(modules: list[shape.Module]) -> None:
    assert shape.lines_p90(modules) <= shape.FILE_LINES_P90


def test_only_the_declared_edges_catch_everything(modules: list[shape.Module]) -> None:
    breaches = [str(breach) for breach in shape.broad_excepts_are_declared(modules, EDGES)]
    assert not breaches, "\n" + "\n".join(breaches)


# --- each rule fails where it should ---

PLANTED: list[tuple[shape.Rule, str, str]] = [
    (shape.is_short_enough, "long.py", '"""Long."""\n' + "x = 1\n" * 400),
    (shape.functions_fit_a_screen, "deep.py", "def f():\n" + "    x = 1\n" * 50),
    (shape.functions_fit_a_screen, "deep.py", "class C:\n    async def f(self):\n" + "        x = 1\n" * 50),
    (shape.has_docstring, "bare.py", "x = 1\n"),
    (shape.has_docstring, "empty.py", '"""   """\n'),
    (shape.imports_at_the_top, "late.py", "def f():\n    import os\n"),
    (shape.imports_at_the_top, "late.py", "class C:\n    def f(self):\n        from os import path\n"),
    (shape.imports_at_the_top, "__init__.py", "def other():\n    import os\n"),
    (shape.imports_at_the_top, "kernel/__init__.py", "def __getattr__(name):\n    import os\n"),
    (shape.imports_at_the_top, "runtimes.py", "def f():\n    import os\n"),
    (shape.names_no_type_checking, "hidden.py", "from typing import TYPE_CHECKING\n"),
    (shape.names_no_type_checking, "hidden.py", "import typing\nif typing.TYPE_CHECKING:\n    pass\n"),
    (shape.is_named_for_what_it_holds, "journal/utils.py", ""),
    (shape.is_named_for_what_it_holds, "common/clock.py", ""),
    (shape.is_named_for_what_it_holds, "text_helpers.py", ""),
    (
        shape.protocols_are_small,
        "port.py",
        "class P(Protocol):\n" + "".join(f"    def m{n}(self): ...\n" for n in range(6)),
    ),
    (
        shape.protocols_are_small,
        "port.py",
        "class P(typing.Protocol[T]):\n" + "".join(f"    async def m{n}(self): ...\n" for n in range(6)),
    ),
    (shape.layers_introduce_themselves, "intent/__init__.py", '"""Where requests arrive."""\n'),
    (shape.layers_introduce_themselves, "execution/__init__.py", '"""Layer 2 of 4 · agent execution."""\n'),
    (shape.holds_no_prompt, "agent.py", 'P = "You are a careful planner. Think before you act."\n'),
    (shape.holds_no_prompt, "agent.py", 'P = f"Read {path}. Do not invent findings. "\n'),
    (
        shape.holds_no_prompt,
        "agent.py",
        f'P = "{"The report is read by a person who has to decide what to do with it. " * 5}"\n',
    ),
    (
        shape.holds_no_prompt,
        "agent.py",
        "P = (\n" + '    "This is what you have to look at in the file. "\n' * 8 + ")\n",
    ),
]


def planted(root: Path, path: str, text: str) -> list[shape.Module]:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
    return shape.parse(root)


@pytest.mark.parametrize(
    ("rule", "path", "text"), PLANTED, ids=[f"{rule.__name__}-{n}" for n, (rule, _, _) in enumerate(PLANTED)]
)
def test_a_planted_breach_is_found(rule: shape.Rule, path: str, text: str, tmp_path: Path) -> None:
    (module,) = planted(tmp_path, path, text)
    breaches = list(rule(module))
    assert len(breaches) == 1
    assert breaches[0].path == path


def test_every_rule_has_a_planted_breach() -> None:
    assert {rule for rule, _, _ in PLANTED} == set(shape.RULES)


def test_the_exceptions_of_the_import_rule_are_exactly_the_root_the_cli_and_the_lazy_names(tmp_path: Path) -> None:
    for path in ("runtime/wiring.py", "surfaces/cli/main.py"):
        planted(tmp_path, path, "def f():\n    import os\n")
    planted(tmp_path, "__init__.py", "def __getattr__(name):\n    import os\n")
    assert not [breach for module in shape.parse(tmp_path) for breach in shape.imports_at_the_top(module)]


def test_neither_docstrings_nor_sql_nor_patterns_count_as_prose(tmp_path: Path) -> None:
    docstring = "This is what the function promises to the people who read it. " * 8
    table = "CREATE TABLE runs (id TEXT NOT NULL PRIMARY KEY, state BLOB NOT NULL, wake_at REAL) STRICT; " * 5
    (module,) = planted(tmp_path, "quiet.py", f'def f():\n    """{docstring}"""\n\n\nSCHEMA = "{table}"\n')
    assert not list(shape.holds_no_prompt(module))


CATCHERS = [
    "try:\n    pass\nexcept Exception:\n    pass\n",
    "try:\n    pass\nexcept:\n    pass\n",
    "try:\n    pass\nexcept BaseException as e:\n    raise RuntimeError from e\n",
    "try:\n    pass\nexcept (ValueError, Exception):\n    pass\n",
    "with contextlib.suppress(Exception):\n    pass\n",
]


@pytest.mark.parametrize("text", CATCHERS)
def test_catching_everything_outside_a_declared_edge_is_found(text: str, tmp_path: Path) -> None:
    modules = planted(tmp_path, "anywhere.py", text)
    assert [breach.path for breach in shape.broad_excepts_are_declared(modules, {})] == ["anywhere.py"]
    assert not list(shape.broad_excepts_are_declared(modules, {"anywhere.py": "worker"}))


def test_tidying_up_and_raising_again_is_no_edge(tmp_path: Path) -> None:
    modules = planted(tmp_path, "tidy.py", "try:\n    pass\nexcept BaseException:\n    print()\n    raise\n")
    assert not list(shape.broad_excepts_are_declared(modules, {}))


def test_a_declared_edge_that_no_longer_catches_everything_is_found(tmp_path: Path) -> None:
    modules = planted(tmp_path, "narrow.py", "try:\n    pass\nexcept ValueError:\n    pass\n")
    assert [b.path for b in shape.broad_excepts_are_declared(modules, {"narrow.py": "tool"})] == ["narrow.py"]
    assert [b.path for b in shape.broad_excepts_are_declared(modules, {"gone.py": "tool"})] == ["gone.py"]


def test_the_length_that_nine_files_of_ten_stay_within_is_found(tmp_path: Path) -> None:
    for number, lines in enumerate([10, 20, 30, 40, 50, 60, 70, 80, 90, 1_000]):
        planted(tmp_path, f"file{number}.py", textwrap.dedent("x = 1\n") * lines)
    assert shape.lines_p90(shape.parse(tmp_path)) == 90
