"""The stand-in as a specialist: dependent turns, evidence it has been shown, every odd result coped with."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.findings.grounding import locate
from holdfast.kernel.tokens import estimate_tokens
from tests.apps.review.offline.desk import Desk, Held, hold, told

SHOP = """import sqlite3
from flask import Flask, request

app = Flask(__name__)
PASSWORD = "s3cr3t-Tr0ub4dor"
TOKEN = "changeme"


def find(db, name):
    query = "select * from goods where name = '" + name + "'"
    return db.execute(query)


@app.get("/goods")
def goods():
    return find(connect(), request.args["name"])


def old(db):
    return db.execute("select %s" % 1)  # nosec
"""


def candidate(path: str, line: int, text: str, **more: object) -> dict[str, object]:
    given: dict[str, object] = {
        "rule": "sql-from-strings",
        "title": "SQL built from strings",
        "severity": "high",
        "confidence": 0.6,
        "path": path,
        "line": line,
        "end_line": line,
        "excerpt": text.split("\n")[line - 1].strip(),
        "message": "Text built into a statement can change what it does.",
        "cwe": "CWE-89",
    }
    return given | more


def secret(line: int, **more: object) -> dict[str, object]:
    return candidate("shop.py", line, SHOP, rule="secret-keyword", title="Secret in code", cwe="CWE-798", **more)


def shop(**more: Any) -> Desk:
    return Desk({"shop.py": SHOP}, {"dangerous": [candidate("shop.py", 11, SHOP)]}, **more)


def tools_by_turn(held: Held) -> list[list[str]]:
    return [[call.tool for call in message.calls] for message in held.messages if message.role == "assistant"]


def stands(finding: dict[str, Any], text: str) -> bool:
    return locate(text.split("\n"), finding["line"], finding["evidence"]) is not None


def test_a_review_looks_around_chooses_reads_asks_and_judges() -> None:
    held = hold(shop())
    assert tools_by_turn(held) == [["list_files"], ["run_analyser"], ["read_lines"], ["search"], ["read_lines"], []]
    (finding,) = held.answer["findings"]
    assert finding["rule"] == "sql-from-strings"
    assert (finding["path"], finding["line"], finding["cwe"]) == ("shop.py", 11, "CWE-89")
    assert finding["analysers"] == ["dangerous"]
    assert "placeholders" in finding["fix"]
    assert stands(finding, SHOP)


def test_a_caller_that_passes_a_request_on_makes_it_worse_and_surer() -> None:
    (finding,) = hold(shop()).answer["findings"]
    assert (finding["severity"], finding["confidence"]) == ("critical", 0.92)
    assert "find is called with a value of a request (shop.py:16)." in finding["message"]
    quiet = Desk({"shop.py": SHOP.replace('request.args["name"]', '"tea"')}, shop().candidates)
    (finding,) = hold(quiet).answer["findings"]
    assert (finding["severity"], finding["confidence"]) == ("high", 0.6)
    assert "Whoever calls find decides the value." in finding["message"]


OTHER_CALLS = {
    "another function of that name": "def find(name):\n    pass\n\n\nfind(request.args['name'])\n",
    "a method of something else": "store.find(request.args['name'])\n",
    "a longer name": "refind(request.args['name'])\n",
    "a cleaned value": "find(None, escape(request.args['name']))\n",
}


@pytest.mark.parametrize("call", OTHER_CALLS.values(), ids=OTHER_CALLS)
def test_what_is_not_a_call_of_it_with_a_request_changes_nothing(call: str) -> None:
    desk = Desk({"shop.py": SHOP.replace('request.args["name"]', '"tea"'), "other.py": call}, shop().candidates)
    (finding,) = hold(desk).answer["findings"]
    assert (finding["severity"], finding["confidence"]) == ("high", 0.6)


def test_a_caller_in_a_test_proves_nothing() -> None:
    files = {"shop.py": SHOP.replace('request.args["name"]', '"tea"'), "tests/a.py": "find(1, request.args['x'])\n"}
    (finding,) = hold(Desk(files, shop().candidates)).answer["findings"]
    assert finding["severity"] == "high"


def test_what_stands_in_tests_and_samples_weighs_less() -> None:
    files = {"shop.py": SHOP, "tests/test_shop.py": SHOP, "docs/shop.py": SHOP}
    desk = Desk(files, {"dangerous": [candidate(path, 11, SHOP) for path in files]})
    by_path = {finding["path"]: finding for finding in hold(desk).answer["findings"]}
    assert [by_path[path]["severity"] for path in files] == ["critical", "low", "medium"]
    assert by_path["tests/test_shop.py"]["confidence"] < by_path["docs/shop.py"]["confidence"] < 0.6
    assert hold(desk).answer["findings"][0]["path"] == "shop.py"


def test_a_line_marked_as_accepted_is_dismissed_and_counted() -> None:
    held = hold(Desk({"shop.py": SHOP}, {"dangerous": [candidate("shop.py", 20, SHOP)]}))
    assert held.answer["findings"] == []
    assert held.answer["notes"] == "1 dismissed: marked as accepted in the code."


def test_a_comment_is_no_weakness_but_can_hold_a_secret() -> None:
    text = '# db.execute("select " + name)\n# password = "s3cr3t-Tr0ub4dor"\n'
    leak = candidate("a.py", 2, text, rule="secret", cwe=798)
    held = hold(Desk({"a.py": text}, {"dangerous": [candidate("a.py", 1, text)], "credentials": [leak]}))
    assert [finding["line"] for finding in held.answer["findings"]] == [2]


def test_an_example_in_a_docstring_is_no_weakness() -> None:
    text = 'def f(db):\n    """Run it.\n\n    db.execute("select " + name)\n    """\n    db.execute("select " + name)\n'
    held = hold(Desk({"a.py": text}, {"dangerous": [candidate("a.py", 4, text), candidate("a.py", 6, text)]}))
    assert [finding["line"] for finding in held.answer["findings"]] == [6]
    assert held.answer["notes"] == "1 dismissed: a comment or docstring."


def test_a_result_that_lost_its_end_is_a_gap_and_not_a_clean_bill() -> None:
    class Torn(Desk):
        def run_analyser(self, name: str, scope: str, cursor: int = 0) -> Any:
            return json.dumps(super().run_analyser(name, scope, cursor))[:-20]

    answer = hold(Torn(shop().files, shop().candidates)).answer
    assert answer["not_covered"] == [{"what": "dangerous", "why": "its result could not be read to the end"}]


def test_a_placeholder_is_told_as_one() -> None:
    held = hold(Desk({"shop.py": SHOP}, {"credentials": [secret(5), secret(6)]}))
    assert [(one["line"], one["severity"]) for one in held.answer["findings"]] == [(5, "high"), (6, "info")]
    assert "placeholder" in held.answer["findings"][1]["message"]


def test_of_a_secret_no_more_is_quoted_than_the_analyser_showed() -> None:
    held = hold(Desk({"shop.py": SHOP}, {"credentials": [secret(5, excerpt='PASSWORD = "s3c')]}))
    assert [finding["evidence"] for finding in held.answer["findings"]] == ['PASSWORD = "s3c']
    assert "Tr0ub4dor" not in json.dumps(held.answer)


def test_what_cannot_be_quoted_is_left_out_and_counted() -> None:
    text = "def f(\n):\n    ...\n"
    held = hold(Desk({"a.py": text}, {"dangerous": [candidate("a.py", 2, text)]}))
    assert held.answer["findings"] == []
    assert "nothing of their line can be quoted" in held.answer["notes"]


def test_several_analysers_run_side_by_side_and_agree_on_one_finding() -> None:
    found = candidate("shop.py", 11, SHOP)
    held = hold(Desk({"shop.py": SHOP}, {"dangerous": [found], "other": [found | {"confidence": 0.8}]}))
    assert tools_by_turn(held)[1] == ["run_analyser", "run_analyser"]
    (finding,) = held.answer["findings"]
    assert finding["analysers"] == ["dangerous", "other"]


def test_cursors_are_followed_until_the_list_ends() -> None:
    text = "\n".join(f"run(f'{{a}} {number}')" for number in range(90))
    desk = Desk({"a.py": text}, {"dangerous": [candidate("a.py", line, text) for line in range(1, 91)]})
    held = hold(desk)
    assert [asked["cursor"] for tool, asked in desk.asked if tool == "run_analyser"] == [0, 40, 80]
    assert len(held.answer["findings"]) == 90
    assert held.answer["not_covered"] == []


def test_a_list_without_end_is_left_and_said_to_be() -> None:
    text = "\n".join(f"run(f'{{a}} {number}')" for number in range(400))
    desk = Desk({"a.py": text}, {"dangerous": [candidate("a.py", line, text) for line in range(1, 401)]})
    answer = hold(desk).answer
    assert len(answer["findings"]) == 100
    whats = [gap["what"] for gap in answer["not_covered"]]
    assert whats == ["100 further findings", "candidates of the analyser dangerous"]
    assert len(desk.asked) < 60


def test_a_result_shown_in_part_is_read_to_its_end() -> None:
    text = "\n".join(f"run(f'{{a}} {number}')" for number in range(30))
    found = [candidate("a.py", line, text) for line in range(1, 31)]
    whole = hold(Desk({"a.py": text}, {"dangerous": found}))
    desk = Desk({"a.py": text}, {"dangerous": found}, shown_characters_max=3_000)
    paged = hold(desk)
    assert sum(tool == "read_result" for tool, _ in desk.asked) >= 2
    assert paged.answer == whole.answer


def test_an_analyser_that_fails_for_the_moment_is_asked_once_more() -> None:
    busy = told("timeout", "the analyser took too long", retryable=True)
    assert len(hold(shop(failures={"run_analyser": [busy]})).answer["findings"]) == 1
    answer = hold(shop(failures={"run_analyser": [busy, busy, busy]})).answer
    assert answer["findings"] == []


def test_an_analyser_that_cannot_run_is_a_gap_and_not_a_clean_bill() -> None:
    broken = told("tool_failed", "bandit is not installed")
    answer = hold(shop(failures={"run_analyser": [broken]})).answer
    assert answer["findings"] == []
    assert answer["not_covered"] == [{"what": "dangerous", "why": "it could not be run: bandit is not installed"}]


def test_code_that_cannot_be_read_is_judged_by_what_was_quoted_of_it() -> None:
    broken = told("tool_failed", "the file is gone")
    (finding,) = hold(shop(failures={"read_lines": [broken]})).answer["findings"]
    assert finding["evidence"] == "return db.execute(query)"
    assert "The code around it was not read." in finding["message"]


def test_problems_and_what_nobody_audited_are_handed_on() -> None:
    extras = {
        "problems": [{"path": "b.py", "reason": "syntax error", "detail": "line 3"}],
        "not_audited": [{"name": "left-pad", "version": "1.0", "reason": "no database answered"}],
        "left_out": {"noisy": 12},
        "notes": ["read 1 lock file"],
        "suppressed": 2,
    }
    answer = hold(shop(extras=extras)).answer
    assert {"what": "b.py", "why": "syntax error line 3"} in answer["not_covered"]
    assert {"what": "noisy", "why": "12 more were found than are told"} in answer["not_covered"]
    assert answer["not_audited"] == [{"what": "left-pad 1.0", "why": "no database answered"}]
    assert "Read 1 lock file." in answer["notes"]
    assert "2 more are marked as accepted" in answer["notes"]


@pytest.mark.parametrize("desk", [Desk({}, {"dangerous": []}), Desk({"a.py": "x = 1"}, {"dangerous": []})])
def test_nothing_to_find_is_an_empty_answer(desk: Desk) -> None:
    answer = hold(desk).answer
    assert (answer["findings"], answer["not_covered"]) == ([], [])


def test_without_files_nothing_is_analysed() -> None:
    desk = Desk({}, {"dangerous": []})
    hold(desk)
    assert [tool for tool, _ in desk.asked] == ["list_files"]


def test_a_malformed_candidate_is_passed_over() -> None:
    odd: list[dict[str, object]] = [{"rule": "x"}, {"path": 3}, candidate("shop.py", 11, SHOP, severity="dreadful")]
    (finding,) = hold(Desk({"shop.py": SHOP}, {"dangerous": odd})).answer["findings"]
    assert finding["severity"] == "medium"


def test_an_answer_cut_off_is_given_again_within_the_limit() -> None:
    text = "\n".join(f"run(f'{{a}} {number}')" for number in range(60))
    desk = Desk({"a.py": text}, {"dangerous": [candidate("a.py", line, text) for line in range(1, 61)]})
    complaint = "Your last reply was cut off at the output limit of 2000 tokens, so nothing in it was acted upon."
    held = hold(desk, complaints=(complaint,))
    assert 0 < len(held.answer["findings"]) < 60
    assert estimate_tokens(held.messages[-1].text) <= 2_000
    (gap,) = held.answer["not_covered"]
    assert gap["what"] == f"{60 - len(held.answer['findings'])} further findings"


def test_a_finding_that_was_objected_to_is_left_out() -> None:
    text = "\n".join(f"run(f'{{a}} {number}')" for number in range(4))
    desk = Desk({"a.py": text}, {"dangerous": [candidate("a.py", line, text) for line in range(1, 5)]})
    first = "Your last answer was not accepted: findings.1.evidence: String should have at most 3 characters"
    second = "Your last answer was not accepted: findings.0.rule: too odd; findings.2.rule: too odd"
    assert [one["line"] for one in hold(desk, complaints=(first,)).answer["findings"]] == [1, 3, 4]
    assert [one["line"] for one in hold(desk, complaints=(first, second)).answer["findings"]] == [3]


def test_an_objection_it_does_not_understand_makes_it_say_only_what_is_required() -> None:
    answer = hold(shop(), complaints=("Your last answer was not accepted: it is not JSON",)).answer
    assert answer.keys() == {"findings"}


def test_the_same_conversation_gets_the_same_answer() -> None:
    assert hold(shop()).messages == hold(shop()).messages


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a.py", "tests/b.py", "docs/c.md"]),
            st.integers(1, 40),
            st.sampled_from([22, 78, 89, 295, 502, 798, None]),
            st.sampled_from(["info", "low", "medium", "high", "critical"]),
            st.floats(0, 1),
        ),
        max_size=30,
    ),
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=60), min_size=40, max_size=40),
)
def test_whatever_is_found_the_answer_fits_and_every_quote_was_shown_and_stands(
    found: list[tuple[str, int, int | None, str, float]], lines: list[str]
) -> None:
    text = "\n".join(lines)
    candidates = [
        candidate(path, line, text, cwe=cwe, severity=severity, confidence=confidence)
        for path, line, cwe, severity, confidence in found
    ]
    held = hold(Desk(dict.fromkeys(("a.py", "tests/b.py", "docs/c.md"), text), {"dangerous": candidates}))
    for finding in held.answer["findings"]:
        assert json.dumps(finding["evidence"])[1:-1] in held.shown
        assert stands(finding, text)
        assert 0 <= finding["confidence"] <= 1
