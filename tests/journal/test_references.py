"""What a journal points at is found wherever an event says it."""

import pytest

from holdfast.journal.port import Recorded
from holdfast.journal.references import unreferenced
from holdfast.kernel.ids import PayloadId
from tests.journal.samples import every_event, recorded, ref

NAMED = {"input", "a", "b", "result", "system", "task", "offer", "reply1", "whole", "shown"}


def test_every_payload_that_an_event_of_any_kind_names_is_found() -> None:
    kept = [*map(ref, NAMED), ref("nobody")]
    assert unreferenced(recorded(every_event()), kept) == {ref("nobody")}


@pytest.mark.parametrize("name", sorted(NAMED))
def test_it_is_the_event_that_keeps_it(name: str) -> None:
    assert unreferenced((), [ref(name)]) == {ref(name)}


def test_nothing_is_loose_in_a_journal_that_cannot_be_read() -> None:
    broken = Recorded(2, 1.0, b"\xc1")
    assert unreferenced([*recorded(every_event()[:1]), broken], [PayloadId("p")]) == set()
