"""How a run began is handed over once, and no more are kept than are allowed."""

from msgspec.structs import replace

from holdfast.journal.beginnings import KEPT_MAX, Beginnings, Begun
from holdfast.journal.fold import begin
from holdfast.journal.port import Payload
from holdfast.kernel.ids import RunId
from tests.journal.samples import AT, ref, started


def begun(run: str) -> Begun:
    return Begun(replace(begin(started(), AT), run=RunId(run)), Payload(ref("input"), b"1"))


def test_it_is_handed_over_once() -> None:
    beginnings, one = Beginnings(), begun("run_1")
    beginnings.expect(RunId("run_1"))
    beginnings.add(one)
    assert beginnings.take(RunId("run_1")) is one
    assert beginnings.take(RunId("run_1")) is None


def test_the_oldest_makes_room() -> None:
    beginnings = Beginnings()
    for number in range(KEPT_MAX + 1):
        beginnings.expect(RunId(f"run_{number}"))
        beginnings.add(begun(f"run_{number}"))
    assert beginnings.take(RunId("run_0")) is None
    assert beginnings.take(RunId("run_1")) is not None
    assert beginnings.take(RunId(f"run_{KEPT_MAX}")) is not None


def test_what_was_driven_before_it_is_known_to_have_begun_is_not_kept() -> None:
    beginnings = Beginnings()
    beginnings.expect(RunId("run_1"))
    assert beginnings.take(RunId("run_1")) is None
    beginnings.add(begun("run_1"))
    assert beginnings.take(RunId("run_1")) is None
