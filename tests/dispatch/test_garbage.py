"""A process that drives collects less often, and only if nobody else has decided how."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from holdfast.dispatch.garbage import OBJECTS_BETWEEN_LOOKS, PYTHONS_THRESHOLD, sparing


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_python_begins() -> Iterator[None]:
    before = gc.get_threshold()
    gc.unfreeze()
    gc.set_threshold(PYTHONS_THRESHOLD, 10, 10)
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_collecting_is_rarer_while_it_is_in_force_and_as_before_afterwards() -> None:
    with sparing():
        assert gc.get_threshold() == (OBJECTS_BETWEEN_LOOKS, 10, 10)
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == (PYTHONS_THRESHOLD, 10, 10)
    assert gc.get_freeze_count() == 0


def test_what_somebody_else_has_chosen_stays() -> None:
    gc.set_threshold(5_000, 7, 7)
    with sparing():
        assert gc.get_threshold() == (5_000, 7, 7)
        assert gc.get_freeze_count() == 0
    gc.set_threshold(PYTHONS_THRESHOLD, 10, 10)
    gc.freeze()
    with sparing():
        assert gc.get_threshold() == (PYTHONS_THRESHOLD, 10, 10)
    assert gc.get_freeze_count() > 0


def test_of_two_at_once_the_first_decides() -> None:
    with sparing():
        with sparing():
            pass
        assert gc.get_threshold() == (OBJECTS_BETWEEN_LOOKS, 10, 10)


def test_cycles_are_found_all_the_same() -> None:
    with sparing():
        gone = weakref.ref(Knot())
        gc.collect()
        assert gone() is None
