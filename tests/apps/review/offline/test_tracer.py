"""The stand-in as a tracer: from the sink back to the source, a verdict with its steps, no more than the code says."""

import json
from typing import Any

import pytest

from holdfast.apps.review.findings.answer import TraceVerdict
from holdfast.apps.review.findings.grounding import locate
from tests.apps.review.offline.desk import Desk, Held, hold, told

STORE = """import sqlite3


def find(db, name, limit=10):
    query = "select * from goods"
    where = " where name = '" + name + "'"
    query += where
    return db.execute(query)
"""
WEB = """from flask import Flask, request
from store import find

app = Flask(__name__)


@app.get("/goods")
def goods():
    wanted = request.args["name"]
    return find(
        connect(),
        wanted,
    )
"""


def finding(path: str, line: int, text: str, **more: object) -> dict[str, object]:
    evidence = text.split("\n")[line - 1].strip()
    given: dict[str, object] = {"rule": "injection/sql-from-strings", "title": "SQL", "severity": "critical"}
    place = {"path": path, "line": line, "end_line": line, "evidence": evidence, "confidence": 0.9, "cwe": "CWE-89"}
    return given | place | {"message": "m"} | more


def traced(files: dict[str, str], at: dict[str, object], **more: Any) -> Held:
    desk = Desk(files, {"dangerous": []}, **more)
    held = hold(desk, f"Trace this finding.\n\nFinding: {json.dumps(at)}\n", TraceVerdict)
    for step in held.answer["steps"]:
        assert locate(files[step["path"]].split("\n"), step["line"], step["evidence"]) is not None
    return held


def lines_of(held: Held) -> list[tuple[str, int]]:
    return [(step["path"], step["line"]) for step in held.answer["steps"]]


def test_a_value_of_a_request_is_followed_through_its_caller_to_the_sink() -> None:
    held = traced({"store.py": STORE, "web.py": WEB}, finding("store.py", 8, STORE))
    assert held.answer["verdict"] == "confirmed"
    assert "find is called with a value of a request" in held.answer["reasons"]
    assert lines_of(held) == [
        ("web.py", 9),
        ("web.py", 10),
        ("store.py", 4),
        ("store.py", 6),
        ("store.py", 7),
        ("store.py", 8),
    ]
    assert held.turns == 4


def test_callers_that_pass_only_fixed_values_downgrade_it() -> None:
    web = WEB.replace('request.args["name"]', '"tea"').replace("connect(),", '"db",')
    held = traced({"store.py": STORE, "web.py": web}, finding("store.py", 8, STORE))
    assert (held.answer["verdict"], held.answer["severity"]) == ("downgraded", "low")
    assert "Each of the 1 calls of find" in held.answer["reasons"]


def test_a_value_that_is_escaped_on_its_way_downgrades_it() -> None:
    web = WEB.replace('request.args["name"]', 'escape(request.args["name"])')
    held = traced({"store.py": STORE, "web.py": web}, finding("store.py", 8, STORE))
    assert (held.answer["verdict"], held.answer["severity"]) == ("downgraded", "medium")
    assert "escape" in held.answer["reasons"]


def test_what_only_the_command_line_decides_is_downgraded() -> None:
    main = "import sys\nfrom store import find\n\nfind(None, sys.argv[1])\n"
    held = traced({"store.py": STORE, "main.py": main}, finding("store.py", 8, STORE))
    assert (held.answer["verdict"], held.answer["severity"]) == ("downgraded", "medium")


def test_a_function_that_nobody_calls_leaves_it_unclear() -> None:
    held = traced({"store.py": STORE}, finding("store.py", 8, STORE))
    assert held.answer["verdict"] == "unclear"
    assert "no call was found" in held.answer["reasons"]
    assert lines_of(held)[-1] == ("store.py", 8)


def test_a_caller_whose_source_does_not_show_leaves_it_unclear() -> None:
    other = "from store import find\n\n\ndef work(queue):\n    item = queue.take()\n    find(None, item)\n"
    held = traced({"store.py": STORE, "other.py": other}, finding("store.py", 8, STORE))
    assert held.answer["verdict"] == "unclear"
    assert "1 calls were found" in held.answer["reasons"]


def test_a_request_in_the_same_function_is_enough() -> None:
    text = 'def view(request):\n    name = request.GET["name"]\n    sql = f"select {name}"\n    db.execute(sql)\n'
    held = traced({"v.py": text}, finding("v.py", 4, text))
    assert held.answer["verdict"] == "confirmed"
    assert lines_of(held) == [("v.py", 2), ("v.py", 3), ("v.py", 4)]
    assert held.turns == 2


def test_what_the_framework_hands_a_route_comes_from_the_request() -> None:
    text = '@app.get("/x/<name>")\n@cached\ndef view(name):\n    db.execute("select " + name)\n'
    held = traced({"v.py": text}, finding("v.py", 4, text))
    assert held.answer["verdict"] == "confirmed"
    assert lines_of(held) == [("v.py", 3), ("v.py", 4)]


def test_the_head_of_a_long_function_is_read_for_in_a_further_turn() -> None:
    filler = "\n".join(f"    step_{number}()" for number in range(100))
    text = f'def view(request):\n    name = request.GET["name"]\n{filler}\n    db.execute("select " + name)\n'
    held = traced({"v.py": text}, finding("v.py", 103, text))
    assert held.answer["verdict"] == "confirmed"
    assert lines_of(held) == [("v.py", 2), ("v.py", 103)]
    assert held.turns == 3


@pytest.mark.parametrize("path", ["tests/test_v.py", "examples/v.py"])
def test_what_does_not_ship_is_downgraded(path: str) -> None:
    text = 'db.execute("select " + request.args["x"])\n'
    held = traced({path: text}, finding(path, 1, text))
    assert (held.answer["verdict"], held.answer["severity"]) == ("downgraded", "low")


def test_a_secret_stands_or_is_a_placeholder() -> None:
    text = 'KEY = "AKIA-7Q2WJ5-live"\nOTHER = "changeme"\n'
    leak = finding("k.py", 1, text, evidence='KEY = "AKI', cwe="CWE-798")
    held = traced({"k.py": text}, leak)
    assert held.answer["verdict"] == "confirmed"
    assert [step["evidence"] for step in held.answer["steps"]] == ['KEY = "AKI']
    held = traced({"k.py": text}, finding("k.py", 2, text, cwe="CWE-798"))
    assert (held.answer["verdict"], held.answer["severity"]) == ("downgraded", "low")


def test_a_place_that_cannot_be_read_leaves_it_unclear() -> None:
    text = 'db.execute("select " + request.args["x"])\n'
    gone = told("tool_failed", "the file is gone")
    held = traced({"v.py": text}, finding("v.py", 1, text), failures={"read_lines": [gone]})
    assert (held.answer["verdict"], held.answer["reasons"]) == ("unclear", "The place could not be read.")


@pytest.mark.parametrize(
    "task", ["Trace this.", "Finding: {broken", 'Finding: {"rule": "x"}', "Finding: {} and [] {1}"]
)
def test_a_task_without_a_finding_is_answered_as_unclear(task: str) -> None:
    held = hold(Desk(), task, TraceVerdict)
    assert held.answer["verdict"] == "unclear"
    assert "names no finding" in held.answer["reasons"]
