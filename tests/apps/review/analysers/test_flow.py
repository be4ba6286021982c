"""What is known of a value where it is used: who decides it, and whether it was put together from strings."""

import ast
from collections.abc import Iterator
from textwrap import dedent

import pytest

from holdfast.apps.review.analysers.candidate import Problem
from holdfast.apps.review.analysers.python.flow import follow
from holdfast.apps.review.analysers.python.module import parse_python
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.python.values import Origin, Value
from holdfast.apps.review.analysers.subject import Sighting


def value_at_sink(text: str) -> Value:
    """Return what is known of the argument of ``sink(…)``."""
    module = parse_python("a.py", dedent(text))
    assert not isinstance(module, Problem)
    seen: list[Value] = []

    def look(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
        if isinstance(node, ast.Call) and scope.module.call_name(node) == "sink":
            seen.append(scope.value(node.args[0]))
        yield from ()

    follow(module, {ast.Call: (look,)})
    (value,) = seen
    return value


@pytest.mark.parametrize(
    ("expression", "origin"),
    [
        ("'text'", Origin.CONSTANT),
        ("LIMIT", Origin.CONSTANT),
        ("settings.LIMIT", Origin.CONSTANT),
        ("unheard_of", Origin.UNKNOWN),
        ("helper(given)", Origin.UNKNOWN),
        ("self.name", Origin.UNKNOWN),
        ("given", Origin.PARAMETER),
        ("given.name", Origin.PARAMETER),
        ("given['name']", Origin.PARAMETER),
        ("given.strip().lower()", Origin.PARAMETER),
        ("str(given)", Origin.PARAMETER),
        ("f'{given}'", Origin.PARAMETER),
        ("'{}'.format(given)", Origin.PARAMETER),
        ("'%s' % given", Origin.PARAMETER),
        ("'a' + given", Origin.PARAMETER),
        ("given or 'a'", Origin.PARAMETER),
        ("'a' if flag else given", Origin.PARAMETER),
        ("[given]", Origin.PARAMETER),
        ("{'a': given}", Origin.PARAMETER),
        ("','.join(x for x in given)", Origin.PARAMETER),
        ("sys.argv[1]", Origin.PARAMETER),
        ("input()", Origin.EXTERNAL),
        ("request.args.get('a')", Origin.EXTERNAL),
        ("request.GET['a'].strip()", Origin.EXTERNAL),
        ("json.loads(request.data)", Origin.EXTERNAL),
        ("int(given)", Origin.CONSTANT),
        ("len(given)", Origin.CONSTANT),
        ("f'{given:d}'", Origin.CONSTANT),
        ("'%d' % given", Origin.CONSTANT),
        ("shlex.quote(given)", Origin.CONSTANT),
        ("count", Origin.CONSTANT),
        ("given == 'a'", Origin.CONSTANT),
        ("not given", Origin.CONSTANT),
        ("','.join('?' * len(given))", Origin.CONSTANT),
        ("','.join('?' for _ in given)", Origin.CONSTANT),
        ("lambda: given", Origin.UNKNOWN),
    ],
)
def test_an_expression_is_decided_by_whom_it_is_made_of(expression: str, origin: Origin) -> None:
    text = f"import json, shlex, sys\nLIMIT = 10\ndef f(self, given, count: int, flag):\n    sink({expression})\n"
    assert value_at_sink(text).origin is origin


@pytest.mark.parametrize(
    ("body", "origin"),
    [
        ("x = given; sink(x)", Origin.PARAMETER),
        ("x = given; x = 'a'; sink(x)", Origin.CONSTANT),
        ("x = 'a'; x += given; sink(x)", Origin.PARAMETER),
        ("x, y = given; sink(y)", Origin.PARAMETER),
        ("self.x = given; sink(self.x)", Origin.PARAMETER),
        ("x = {}; x['a'] = given; sink(x)", Origin.PARAMETER),
        ("print(y := given); sink(y)", Origin.PARAMETER),
        ("x: str = given; sink(x)", Origin.PARAMETER),
        ("[sink(x) for x in given]", Origin.PARAMETER),
        ("[sink(x) for x in ('a', 'b')]", Origin.CONSTANT),
        ("{x: sink(y) for x in given for y in LIMITS}", Origin.CONSTANT),
        ("x = given; any(sink(x) for x in LIMITS)", Origin.CONSTANT),
    ],
)
def test_an_assignment_carries_what_is_known(body: str, origin: Origin) -> None:
    assert value_at_sink(f"def f(self, given):\n    {body}\n").origin is origin


@pytest.mark.parametrize(
    "block",
    [
        "x = given\n    if flag:\n        x = 'a'",
        "x = 'a'\n    if flag:\n        x = given",
        "x = 'a'\n    for each in given:\n        x = each",
        "x = 'a'\n    while flag:\n        x = given",
        "x = 'a'\n    try:\n        x = given\n    except ValueError:\n        pass",
        "x = 'a'\n    match flag:\n        case 1:\n            x = given",
    ],
)
def test_a_branch_may_or_may_not_have_been_taken(block: str) -> None:
    assert value_at_sink(f"def f(given, flag):\n    {block}\n    sink(x)\n").origin is Origin.PARAMETER


def test_a_with_block_is_no_branch() -> None:
    assert (
        value_at_sink("def f(given):\n    x = given\n    with given:\n        x = 'a'\n    sink(x)\n").origin
        is Origin.CONSTANT
    )


def test_a_function_knows_the_constants_of_its_module_wherever_they_stand() -> None:
    assert value_at_sink("def f():\n    sink(table)\ntable = 'users'\n").origin is Origin.CONSTANT


def test_a_nested_function_knows_what_surrounds_it() -> None:
    assert value_at_sink("def f(given):\n    def g():\n        sink(given)\n    return g\n").origin is Origin.PARAMETER


def test_a_handler_of_requests_gets_its_parameters_from_outside() -> None:
    text = "from flask import Flask\napp = Flask(__name__)\n@app.route('/<name>')\ndef f(name):\n    sink(name)\n"
    assert value_at_sink(text).origin is Origin.EXTERNAL
    assert value_at_sink(text.replace("from flask import Flask", "from other import Flask")).origin is Origin.PARAMETER


def test_what_a_framework_injects_is_not_from_outside() -> None:
    head = "from fastapi import Depends, FastAPI\napp = FastAPI()\n"
    text = head + "@app.get('/')\ndef f(db=Depends(get_db)):\n    sink(db)\n"
    assert value_at_sink(text).origin is Origin.UNKNOWN


@pytest.mark.parametrize(
    ("expression", "is_built", "literal"),
    [
        ("'SELECT 1'", False, "SELECT 1"),
        ("'SELECT ' + '1'", False, "SELECT 1"),
        ("f'SELECT {given}'", True, "SELECT "),
        ("'SELECT %s' % given", True, "SELECT %s"),
        ("'SELECT {}'.format(given)", True, "SELECT {}"),
        ("given", False, ""),
    ],
)
def test_a_built_string_keeps_its_literal_parts(expression: str, is_built: bool, literal: str) -> None:
    value = value_at_sink(f"def f(given):\n    sink({expression})\n")
    assert (value.is_built, value.literal) == (is_built, literal)


def test_imported_names_are_resolved_to_where_they_come_from() -> None:
    module = parse_python("a.py", "import subprocess as sp\nfrom os import path as p\nsp.run(p.join())\n")
    assert not isinstance(module, Problem)
    calls = [module.call_name(node) for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    assert calls == ["subprocess.run", "os.path.join"]
