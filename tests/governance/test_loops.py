"""Agents that go in circles are found; agents that get somewhere never are, on a hundred recorded runs."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.loops import TRAIL_MAX, Circle, Found, Mark, are_alike, find_circle, sketch_of
from holdfast.kernel.ids import digest

RUNS = Path("taubench", "gpt-4o-airline.tasks00-24.jsonl.gz")


def mark(call: str, result: str = "same", *, fails: bool = False) -> Mark:
    """Return a call of the tool that ``call`` begins with, with the rest as arguments."""
    tool, _, arguments = call.partition(" ")
    body = arguments.encode()
    return Mark(tool, digest(body), digest(result.encode()), fails, sketch_of(body) if fails else ())


def found(*marks: Mark) -> tuple[Circle, int, bool] | None:
    circle = find_circle(marks)
    return None if circle is None else (circle.circle, circle.count, circle.is_final)


def test_the_same_call_with_the_same_result_is_told_of_and_then_stopped() -> None:
    assert found(*[mark("look a")] * 2) is None
    assert found(*[mark("look a")] * 3) == (Circle.SAME_CALL, 3, False)
    assert found(*[mark("look a")] * 6) == (Circle.SAME_CALL, 6, True)


def test_asking_again_until_something_has_changed_is_no_circle() -> None:
    assert found(*[mark("status job", f"{share} %") for share in range(12)]) is None


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
    assert find_circle([mark(f"look {call}", f"{salt}:{number}") for number, call in enumerate(calls)]) is None


@given(st.text(min_size=200, max_size=400), st.integers(0, 9))
def test_arguments_that_differ_by_a_sign_have_sketches_alike(text: str, number: int) -> None:
    one, other = (f"{number}{text}{each}".encode() for each in (number, number + 1))
    assert are_alike(sketch_of(one), sketch_of(one))
    if len({one[at : at + 4] for at in range(len(one))}) > 100:
        assert are_alike(sketch_of(one), sketch_of(other))


def test_other_arguments_have_other_sketches() -> None:
    texts = ("book a flight to Rome for two", "cancel reservation X7K2 at once", '{"id": 4711, "amount": 12.5}')
    sketches = [sketch_of(text.encode()) for text in texts]
    assert not any(are_alike(one, other) for one in sketches for other in sketches if one is not other)


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
    seen = (find_circle(trail[max(0, end - TRAIL_MAX) : end]) for end in ends)
    return [each for each in seen if each is not None]


def test_no_recorded_run_that_ended_well_is_suspected() -> None:
    good = [trail for is_good, trail in recorded() if is_good]
    assert len(good) > 20
    assert [suspicions(trail) for trail in good if suspicions(trail)] == []


def test_some_recorded_runs_that_failed_went_in_circles() -> None:
    bad = [trail for is_good, trail in recorded() if not is_good]
    assert sum(bool(suspicions(trail)) for trail in bad) >= 3
