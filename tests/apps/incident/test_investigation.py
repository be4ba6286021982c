"""An outage is investigated: the cause is found with what shows it, or it is said that none was, and why."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.apps.incident.application import app
from holdfast.apps.incident.findings import Kind, Standing
from holdfast.apps.incident.report import Report, Status
from holdfast.apps.incident.request import open_case
from holdfast.apps.outages.kinds import shipped
from holdfast.integration.gateway.lines import answer, answer_json
from holdfast.journal.events import StepEnded
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import Outcome
from holdfast.runtime import Runtime
from holdfast.testing import ScriptedModel
from tests.apps.incident.cases import NOTHING, UNKNOWN, Outage, investigate, outage

SQL = "SELECT service, metric FROM metrics WHERE service = $1 AND metric = 'latency_ms' LIMIT 1"


@pytest.mark.parametrize(
    ("kind", "seed"), [("bad_deploy", 41), ("certificate_expiry", 42), ("memory_leak", 43), ("queue_backlog", 44)]
)
async def test_component_kind_and_onset_are_found_and_every_claim_holds(tmp_path: Path, kind: str, seed: int) -> None:
    made = outage(tmp_path, seed, kind)
    report = (await investigate(made.path)).report
    assert (report.status, report.component, report.change) == (Status.FOUND, made.truth.component, made.truth.trigger)
    assert report.kind in made.truth.answers
    assert report.onset is not None
    assert abs(int(report.onset[-2:]) - int(made.truth.onset[-2:])) in (0, 1, 2, 58, 59)
    assert len(made.checked().kept(report.evidence)) == len(report.evidence) >= 2


async def test_a_fault_of_an_unknown_kind_gets_its_component_and_the_words_that_tell_of_it(tmp_path: Path) -> None:
    made = outage(tmp_path, 5, UNKNOWN)
    report = (await investigate(made.path)).report
    assert (report.component, report.kind) == (made.truth.component, Kind.OTHER)
    assert "widgets_stuck" in report.cause
    assert "flange" in report.cause


async def test_long_messages_and_large_numbers_do_not_stop_it(tmp_path: Path) -> None:
    lengthy = UNKNOWN.replace("is bent", "is bent, which " + "is rather long to tell and " * 60)
    made = outage(tmp_path, 5, lengthy.replace("normal = [3.0, 0.5]", "normal = [9000000.0, 5000.0]"))
    report = (await investigate(made.path)).report
    assert (report.component, report.kind) == (made.truth.component, Kind.OTHER)
    assert "widgets_stuck" in report.cause


async def test_an_alert_without_a_fault_ends_in_an_honest_not_found(tmp_path: Path) -> None:
    made = outage(tmp_path, 6, NOTHING)
    done = await investigate(made.path)
    assert done.state.outcome is Outcome.PARTIAL
    assert (done.report.status, done.report.component, done.report.evidence) == (Status.NOT_FOUND, None, [])


async def test_rivals_are_refuted_by_what_can_be_looked_up(tmp_path: Path) -> None:
    made = outage(tmp_path, 3_003, "clock_skew")
    report = (await investigate(made.path)).report
    assert report.first is not None
    assert report.first.component != made.truth.component
    assert report.ruled_out
    for ruled in report.ruled_out:
        assert ruled.standing is Standing.REFUTED
        assert len(made.checked().kept(ruled.why)) == len(ruled.why) >= 1


def hypothesis(component: str) -> dict[str, object]:
    return {
        "name": "h1",
        "component": component,
        "kind": "bad_deploy",
        "cause": "it is slow",
        "because": "it seems so",
        "would_refute": "that it is not",
    }


def fact(component: str, rows: list[list[object]]) -> dict[str, object]:
    cites = {"statement": SQL, "parameters": [component], "rows": rows}
    return {"says": "it is slow", "about": component, "cites": cites}


def explained(component: str, facts: list[dict[str, object]]) -> dict[str, object]:
    return {
        "component": component,
        "kind": "bad_deploy",
        "cause": "it is slow",
        "onset": "2026-03-02 10:00",
        "evidence": facts,
        "remedy": "wait",
    }


@pytest.fixture
def leak(tmp_path: Path) -> Outage:
    return outage(tmp_path, 43, "memory_leak")


async def test_a_claim_that_its_citation_does_not_show_is_left_out_and_the_report_says_partial(leak: Outage) -> None:
    name = leak.truth.component
    true, false = fact(name, [[name, "latency_ms"]]), fact(name, [[name, "no such metric"]])
    model = ScriptedModel([answer_json(explained(name, [true, false, true]))])
    report = (await investigate(leak.path, {"explainer": model})).report
    assert (report.status, len(report.evidence), report.unsupported) == (Status.PARTIAL, 2, 1)


async def test_a_cause_for_which_too_little_holds_is_not_reported(leak: Outage) -> None:
    name = leak.truth.component
    made_up = [fact(name, [[name, "no such metric"]])] * 5
    done = await investigate(leak.path, {"explainer": ScriptedModel([answer_json(explained(name, made_up))])})
    assert (done.state.outcome, done.report.status) == (Outcome.PARTIAL, Status.NOT_FOUND)
    assert [each.component for each in done.report.left_open] == [name]


async def test_a_verdict_without_a_reason_that_holds_counts_for_nothing(leak: Outage) -> None:
    name = leak.truth.component
    verdict = {"hypothesis": "h1", "standing": "stands", "reasons": [fact(name, [[name, "made up"]])]}
    supposes = ScriptedModel([answer_json({"hypotheses": [hypothesis(name)]})] * 2)
    believes = ScriptedModel([answer_json({"verdicts": [verdict]})] * 2)
    done = await investigate(leak.path, {"theorist": supposes, "tester": believes})
    assert (done.report.status, done.report.rounds, done.report.unsupported) == (Status.NOT_FOUND, 2, 2)
    assert [each.standing for each in done.report.left_open] == [Standing.OPEN]


async def test_a_round_that_fails_ends_the_search_with_what_was_known(leak: Outage) -> None:
    babbles = ScriptedModel([answer("I do not know.")] * 5)
    done = await investigate(leak.path, {"tester": babbles})
    assert (done.state.outcome, done.report.status, done.report.rounds) == (Outcome.PARTIAL, Status.NOT_FOUND, 0)


async def test_what_one_source_cannot_tell_the_others_do(leak: Outage) -> None:
    babbles = ScriptedModel([answer("I do not know.")] * 5)
    done = await investigate(leak.path, {"logs": babbles})
    assert (done.report.component, done.report.kind) == (leak.truth.component, Kind.MEMORY_LEAK)


@pytest.mark.parametrize(
    "calls", [2, pytest.param(6, marks=pytest.mark.slow), pytest.param(11, marks=pytest.mark.slow)]
)
async def test_parked_and_resumed_in_another_process_it_reports_the_same(
    tmp_path: Path, leak: Outage, calls: int
) -> None:
    whole = (await investigate(leak.path)).report
    store = f"sqlite:///{tmp_path / 'runs.db'}"
    async with Runtime.open(store, apps=[app]) as runtime:
        run = await runtime.start(app, {"case": str(leak.path)})
        ended = 0
        async for entry in run.events():
            ended += isinstance(entry.event, StepEnded)
            if ended >= calls:
                break
        await runtime.park("stopped by Ctrl-C")
    async with Runtime.open(store, apps=[app]) as runtime:
        run = await runtime.run(run.id)
        await run.resume()
        assert Report.model_validate(await run.result()) == whole


@pytest.mark.parametrize("kind", ["certificate_expiry", "noisy_neighbour", "feature_flag"])
def test_the_cause_stands_nowhere_in_the_case(tmp_path: Path, kind: str) -> None:
    made = outage(tmp_path, 9, kind)
    with closing(sqlite3.connect(made.path)) as case:
        dumped = "\n".join(case.iterdump())
    assert kind not in dumped
    assert not any(word in dumped for word in ("herring", "truth", "victim", "answers"))


def test_a_file_that_is_no_case_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.db").write_bytes(b"")
    for name, told in (("none.db", "holdfast init incident"), ("empty.db", "no table")):
        with pytest.raises(InputError, match=told):
            open_case(tmp_path / name)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(shipped()))
async def test_every_shipped_kind_is_found(tmp_path: Path, kind: str) -> None:
    made = outage(tmp_path, 77, kind)
    report = (await investigate(made.path)).report
    assert report.component == made.truth.component
