"""Agents that go in circles are found; agents that get somewhere never are, on a hundred recorded runs."""

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.loop_thresholds import DEFAULT
from holdfast.governance.loops import Found, find_circles
from holdfast.journal.events.circles import Circle
from holdfast.journal.fold.trail import TRAIL_MAX, Mark
from holdfast.kernel.ids import digest
from holdfast.kernel.sketch import sketch_of

RUNS = Path("taubench", "gpt-4o-airline.tasks00-24.jsonl.gz")


def newest_circle(trail: Sequence[Mark]) -> Found | None:
    """The circle that the newest call is part of, one that is to be stopped before all others."""
    return max(find_circles(trail, min(1, len(trail))), key=lambda each: each.is_final, default=None)


def mark(call: str, result: str = "same", *, fails: bool = False) -> Mark:
    """Return a call of the tool that ``call`` begins with, with the rest as arguments."""
    tool, _, arguments = call.partition(" ")
    body = arguments.encode()
    return Mark(tool, digest(body), digest(result.encode()), fails, sketch_of(body) if fails else ())


def found(*marks: Mark) -> tuple[Circle, int, bool] | None:
    circle = newest_circle(marks)
    return None if circle is None else (circle.circle, circle.count, circle.is_final)


def test_the_same_call_with_the_same_result_is_told_of_and_then_stopped() -> None:
    assert found(*[mark("look a")] * 2) is None
    assert found(*[mark("look a")] * 3) == (Circle.SAME_CALL, 3, False)
    assert found(*[mark("look a")] * 6) == (Circle.SAME_CALL, 6, True)


def test_asking_again_until_something_has_changed_is_no_circle() -> None:
    assert found(*[mark("status job", f"{share} %") for share in range(12)]) is None


def test_only_the_times_since_it_gave_another_result_count() -> None:
    idle, busy = mark("status job", "idle"), mark("status job", "busy")
    assert found(idle, idle, busy, idle, idle) is None
    assert found(idle, idle, busy, idle, mark("look a"), idle, idle) == (Circle.SAME_CALL, 3, False)


def test_small_changes_to_arguments_that_fail_are_told_of() -> None:
    text = "reservation with two bags for the passenger called Anna, attempt number "
    assert found(*[mark(f"book {text}{number}", f"no {number}", fails=True) for number in range(3)]) is None
    calls = [mark(f"book {text}{number}", f"no {number}", fails=True) for number in range(4)]
    assert found(*calls) == (Circle.SIMILAR_CALLS, 4, False)
    assert found(*calls, mark(f"book {text}9", "yes")) is None


def test_a_few_calls_that_take_turns_are_a_cycle() -> None:
    steps = [mark("read a", "1"), mark("check b", "2"), mark("read c", "3")]
    assert found(*steps * 2) is None
    assert found(*steps * 5) == (Circle.CYCLE, 5, True)


def test_many_calls_that_tell_nothing_new_are_found() -> None:
    tools = [mark(f"tool{number} x", f"r{number}") for number in range(9)]
    assert found(*tools, *reversed(tools[:6])) is None
    assert found(*tools, *reversed(tools[:7])) == (Circle.NOTHING_NEW, 7, False)


@given(st.lists(st.sampled_from("abcdef"), max_size=TRAIL_MAX), st.integers(0, 2**32))
def test_whoever_always_learns_something_new_is_never_suspected(calls: list[str], salt: int) -> None:
    assert newest_circle([mark(f"look {call}", f"{salt}:{number}") for number, call in enumerate(calls)]) is None


def reading(result: str, *, may_change: bool = False) -> Mark:
    return Mark("write" if may_change else "read", "a", result, may_change=may_change)


def test_results_of_the_same_read_that_take_turns_contradict_each_other() -> None:
    one, two = reading("1"), reading("2")
    assert found(one, two) is None
    assert found(one, two, two) is None
    assert found(one, two, one) == (Circle.CONTRADICTION, 3, False)
    assert found(one, two, one, two) == (Circle.CONTRADICTION, 4, False)


def test_a_reading_that_came_to_rest_or_goes_on_contradicts_nothing() -> None:
    one, two, three = reading("1"), reading("2"), reading("3")
    assert found(one, two, three) is None
    assert found(one, two, one, one) is None


def test_what_the_agent_may_have_changed_itself_contradicts_nothing() -> None:
    assert found(reading("1"), reading("2"), reading("written", may_change=True), reading("1")) is None


def test_drift_is_counted_among_the_last_calls_and_not_in_those_just_made() -> None:
    near, far = Mark("look", "a", "1"), [Mark("look", f"a{n}", f"1{n}", is_adrift=True) for n in range(7)]
    assert find_circles([*far[:5], near], 1) == ()
    (drift,) = find_circles([*far[:6], near], 1)
    assert (drift.circle, drift.count, drift.is_final) == (Circle.DRIFT, 6, False)
    others = [Mark("look", f"b{n}", f"2{n}") for n in range(3)]
    assert find_circles([*far[:6], *others, near], 1) == ()


@pytest.mark.parametrize("circle", Circle)
def test_what_is_not_looked_for_is_not_found(circle: Circle) -> None:
    others = msgspec.structs.replace(DEFAULT, **{circle.value: None})
    assert circle not in {each.circle for each in find_circles([mark("look a")] * 20, 1, others)}


# --- recorded runs ---


def recorded() -> Iterator[tuple[bool, list[Mark]]]:
    """Yield whether each recorded run ended well, and its trail."""
    data = os.environ.get("HOLDFAST_DATA")
    if data is None or not Path(data, RUNS).exists():
        pytest.skip("HOLDFAST_DATA does not hold the recorded runs of taubench")
    with gzip.open(Path(data, RUNS), "rt", encoding="utf-8") as lines:
        for line in lines:
            run = json.loads(line)
            yield run["reward"] >= 1, list(_trail(run["messages"]))


def _trail(messages: list[dict[str, object]]) -> Iterator[Mark]:
    asked: dict[object, tuple[str, str]] = {}
    for message in messages:
        for call in message.get("tool_calls") or ():  # type: ignore[attr-defined]
            asked[call["id"]] = call["function"]["name"], call["function"]["arguments"]
        if message["role"] == "tool":
            tool, arguments = asked[message["tool_call_id"]]
            content = str(message["content"])
            yield mark(f"{tool} {arguments}", content, fails=content.startswith("Error"))


def suspicions(trail: list[Mark]) -> list[Found]:
    """What is found when each call of a run is the newest one."""
    ends = range(1, len(trail) + 1)
    seen = (newest_circle(trail[max(0, end - TRAIL_MAX) : end]) for end in ends)
    return [each for each in seen if each is not None]


def test_no_recorded_run_that_ended_well_is_suspected() -> None:
    good = [trail for is_good, trail in recorded() if is_good]
    assert len(good) > 20
    assert [suspicions(trail) for trail in good if suspicions(trail)] == []


def test_some_recorded_runs_that_failed_went_in_circles() -> None:
    bad = [trail for is_good, trail in recorded() if not is_good]
    assert sum(bool(suspicions(trail)) for trail in bad) >= 3
