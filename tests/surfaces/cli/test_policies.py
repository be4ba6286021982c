"""``holdfast policy check``, ``holdfast policy test`` and ``holdfast tools``: what may be done, before anything is."""

from pathlib import Path

import pytest

from tests.surfaces.cli.program import Program


def test_check_lists_every_policy_with_where_it_comes_from(holdfast: Program) -> None:
    done = holdfast.bare("policy", "check", "governed")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].split() == ["policy", "does", "from", "why"]
    assert any(line.split()[:4] == ["ask_when:refund", "ask", "if", "permitted"] for line in lines)
    assert any(line.split()[:3] == ["refunds", "allow", "shop.cedar"] for line in lines)
    found = holdfast.bare("policy", "check", "governed", "--json").json["policies"]
    assert [each["policy"] for each in found] == ["own-results", "ask_when:refund", "looks", "refunds"]
    assert found[1]["asking"] == {}


def test_an_app_without_policies_says_so(holdfast: Program) -> None:
    done = holdfast.bare("policy", "check", "greet")
    assert (done.code, done.out) == (0, "greet has no policies: what is granted is allowed\n")
    assert holdfast.bare("policy", "test", "greet").code == 2


def test_cases_beside_the_policies_are_put_to_them(holdfast: Program) -> None:
    done = holdfast.bare("policy", "test", "governed")
    assert (done.code, done.err) == (0, "")
    assert "governed: 4 cases, all as expected" in done.out
    told = holdfast.bare("policy", "test", "governed", "--json").json["cases"]
    assert [(each["found"], each["policies"]) for each in told] == [
        ("allow", ["refunds"]),
        ("ask", ["ask_when:refund", "refunds"]),
        ("deny", []),
        ("allow", ["looks"]),
    ]
    assert all(each["holds"] for each in told)


def test_a_case_that_is_decided_otherwise_fails_the_command(holdfast: Program, tmp_path: Path) -> None:
    wrong = tmp_path / "cases.json"
    wrong.write_text(
        '[{"tool": "look_up", "arguments": {"order_id": "1"}, "expect": "deny", "name": "nobody looks"},'
        ' {"tool": "look_up", "arguments": {"order_id": "1"}, "expect": "allow", "policy": "refunds"}]'
    )
    done = holdfast.bare("policy", "test", "governed", str(wrong))
    assert done.code == 1
    assert "nobody looks" in done.out
    assert "expected refunds among them" in done.out
    assert "2 of 2 fail" in done.out


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ('{"tool": "drop", "expect": "deny"}', "case 1: expected a tool of app 'governed', found 'drop'"),
        ('{"tool": "look_up", "expect": "deny", "agent": "x"}', "expected an agent of app 'governed', found 'x'"),
        ('{"tool": "look_up", "expect": "perhaps"}', "allow, deny or ask, found 'perhaps'"),
        ('{"tool": "look_up", "expect": "deny", "trust": "much"}', "one of untrusted, user, developer, system"),
        ('{"tool": "look_up", "expect": "deny"}', "the arguments do not fit look_up: order_id: is required"),
        ('{"tool": "look_up"}', "required field `expect`"),
        ('{"tool": "look_up", "expects": "deny"}', "expects"),
        ("", "expected cases for policies"),
    ],
)
def test_a_case_that_cannot_be_put_is_told(holdfast: Program, tmp_path: Path, case: str, told: str) -> None:
    file = tmp_path / "cases.json"
    file.write_text(f"[{case}]" if case else "not json")
    done = holdfast.bare("policy", "test", "governed", str(file), "--json")
    assert done.code == 2
    assert told in done.error["message"]


def test_explain_tells_which_policies_decided_of_a_run_s_calls(holdfast: Program) -> None:
    run = holdfast("run", "governed", "hello", "--json").json["run_id"]
    done = holdfast("policy", "explain", run)
    assert done.code == 0
    assert any(row.split()[1:6] == ["look_up", "let", "through", "looks"] for row in done.out.splitlines())
    told = holdfast("policy", "explain", run, "governed/check", "--json").json
    assert [(each["step"], each["policies"]) for each in told["calls"]] == [("governed/check", ["looks"])]


def test_explain_says_when_there_is_nothing_to_explain(holdfast: Program) -> None:
    run = holdfast("run", "greet", "hello", "--json").json["run_id"]
    assert holdfast("policy", "explain", run).out == "no call was decided of by policies\n"


def test_tools_shows_who_may_use_what_under_which_rules(holdfast: Program) -> None:
    done = holdfast.bare("tools", "governed")
    assert (done.code, done.err) == (0, "")
    header, *rows = done.out.splitlines()
    assert header.split() == ["caller", "tool", "does", "undone", "by", "may", "under"]
    assert rows[0].split()[:6] == ["desk", "(autonomous)", "look_up", "read", "–", "allowed"]
    assert "all together at most 5 calls and $0.5" in " ".join(" ".join(rows).split())
    assert any(row.split()[:4] == ["refund", "keyed", "irreversible", "depends"] for row in rows)
    assert any(row.split()[:5] == ["flow", "look_up", "read", "–", "allowed"] for row in rows)
    assert rows[-1] == "what no policy permits is denied"


def test_tools_as_json_and_as_a_picture(holdfast: Program) -> None:
    told = holdfast.bare("tools", "governed", "--json").json
    assert [(use["caller"], use["tool"], use["standing"]) for use in told["uses"]] == [
        ("desk", "look_up", "allowed"),
        ("desk", "refund", "depends"),
        ("flow", "look_up", "allowed"),
    ]
    picture = holdfast.bare("tools", "governed", "--mermaid").out
    assert picture.startswith('flowchart LR\n  c0(["desk · autonomous"])\n')
    assert '  c0 -->|"depends: ask_when:refund, refunds"| t1\n' in picture
    assert told["mermaid"] == picture


def test_tools_of_an_app_without_policies_are_what_is_granted(holdfast: Program) -> None:
    done = holdfast.bare("tools", "greet")
    assert done.code == 0
    assert "no policy files: what is granted is allowed" in done.out
    assert holdfast.bare("tools", "shout").out == "shout has no tools\n"
