"""That an investigation is scored against the cause that is known, and how good it must be."""

import asyncio
from pathlib import Path

import pytest

from bench.incident import measure, score, summed
from holdfast.apps.incident.report import Report, Status
from holdfast.apps.outages.kinds import find, shipped
from tests.apps.incident.cases import investigate, outage

SEEDS = 50


async def test_a_right_report_is_scored_as_right_and_one_of_another_component_has_no_right_evidence(
    tmp_path: Path,
) -> None:
    made = outage(tmp_path, 41, "bad_deploy")
    report = (await investigate(made.path)).report
    right = score(report, made.truth, made.path)
    assert (right.component, right.named, right.onset, right.trigger) == (True, True, True, True)
    assert right.evidence_right == right.evidence > 0
    wrong = score(report.model_copy(update={"component": "nobody"}), made.truth, made.path)
    assert (wrong.component, wrong.evidence_right) == (False, 0)


async def test_a_report_that_found_nothing_is_wrong_in_everything(tmp_path: Path) -> None:
    made = outage(tmp_path, 41, "bad_deploy")
    scored = score(Report(status=Status.NOT_FOUND), made.truth, made.path)
    assert (scored.component, scored.named, scored.onset, scored.trigger, scored.evidence) == (False,) * 4 + (0,)
    assert summed([scored]).all_three == 0.0


def test_cases_are_taken_away_once_they_are_scored(tmp_path: Path) -> None:
    (scored,) = asyncio.run(measure([41], [find("bad_deploy")], tmp_path))
    assert (scored.seed, scored.kind) == (41, "bad_deploy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
async def test_over_fifty_seeds_nine_of_ten_causes_are_found_though_the_first_hypothesis_is_often_wrong(
    tmp_path: Path,
) -> None:
    total = summed(await measure(range(1, SEEDS + 1), list(shipped().values()), tmp_path))
    assert min(total.component, total.onset, total.evidence_precision) >= 0.9
    assert total.kind >= 0.8
    assert total.first_wrong >= 0.3
