"""Whatever anybody reports: what does not fit is no result, and no task is begun that was begun before."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.clock import VirtualClock
from holdfast.orchestration.delegation.clerk import clerk
from holdfast.orchestration.delegation.task import Task, TaskOutcome, TaskResult, not_done, result_of, sort_out
from tests.orchestration.office import Shop, buyer

COLLECT = {each.name: each for each in clerk([buyer(Shop(VirtualClock()))])}["collect_reports"]
TASK = {"id": "buyer_1", "worker": "buyer", "arguments": {"what": "milk"}}

texts = st.sampled_from(["done", "failed", "needs_human", "milk", ""]) | st.text(max_size=5)
names = st.sampled_from(["outcome", "result", "bought", "reason", "retryable", "question", "options"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
reports = anything | st.builds(
    lambda bought: {"outcome": "done", "result": {"bought": bought}}, texts | st.integers() | st.none()
)


def collected(came: object) -> dict[str, Any]:
    given = {"tasks": [TASK], "refused": []}
    found = asyncio.run(COLLECT.function(given=given, came=[came], earlier=[]))
    (result,) = found["results"]
    assert isinstance(result, dict)
    return result


@given(reports)
def test_a_report_is_a_result_only_if_it_fits_the_output_of_its_worker(report: object) -> None:
    result = collected({"rung": "run", "value": report, "instead_of": []})
    match report:
        case {"outcome": "done", "result": {"bought": str(bought)}}:
            assert (result["outcome"], result["result"]) == ("done", {"bought": bought})
        case _:
            assert result["outcome"] in ("failed", "needs_human")
            assert "result" not in result
            assert result["reason"]


@given(anything)
def test_whatever_stands_for_a_task_that_came_to_nothing_it_is_not_done(told: object) -> None:
    for came in (None, {"rung": "lost", "value": {"fault": {"kind": "timeout", "message": str(told)}}}):
        assert collected(came)["outcome"] == "dead_letter"


asked = st.builds(
    lambda worker, what: Task("", worker, {"what": what}), st.sampled_from(["buyer", "cook"]), st.integers(0, 3)
)


@given(st.lists(st.lists(asked, max_size=6), max_size=4), st.sampled_from(TaskOutcome))
def test_over_all_rounds_no_task_is_begun_twice_and_each_has_an_id_of_its_own(
    rounds: list[list[Task]], outcome: TaskOutcome
) -> None:
    results: list[TaskResult] = []
    begun: list[str] = []
    for planned in rounds:
        sorted_out = sort_out(planned, results)
        assert len(sorted_out.tasks) + len(sorted_out.refused) == len(planned)
        begun.extend(task.content for task in sorted_out.tasks)
        ended = outcome if outcome is not TaskOutcome.REFUSED else TaskOutcome.FAILED
        results.extend(result_of(task, ended) for task in sorted_out.tasks)
        results.extend(sorted_out.refused)
    assert len(set(begun)) == len(begun)
    assert set(begun) == {task.content for planned in rounds for task in planned}
    assert len({result.task for result in results}) == len(results)
    assert all(result.outcome is not TaskOutcome.REFUSED for result in not_done(results))
