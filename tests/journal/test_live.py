"""Bells and hints: nothing depends on them, nobody is slowed down by them."""

import asyncio

import pytest

from holdfast.journal.fold import begin
from holdfast.journal.live import HINTS_KEPT_MAX, Hint, Live
from holdfast.journal.mail import Cancel, ChildOver, Mail, Resume, decode_mail, encode_mail
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import RunId
from tests.journal.samples import AT, started

ONE, OTHER = RunId("run_one"), RunId("run_other")


def hint(offset: int) -> Hint:
    return Hint(ONE, "desk/turn.1", 1, offset, "text")


async def test_a_bell_wakes_the_listeners_of_that_run_only() -> None:
    live = Live()
    mine, its = live.listen(ONE), live.listen(OTHER)
    live.ring(ONE)
    await asyncio.wait_for(mine.wait(), 1)
    waiting = asyncio.create_task(its.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


async def test_a_listener_for_rest_hears_neither_events_nor_hints() -> None:
    live = Live()
    patient = live.listen(ONE, for_rest_only=True)
    live.ring(ONE)
    live.hint(hint(0))
    waiting = asyncio.create_task(patient.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    live.rest(ONE)
    await asyncio.wait_for(waiting, 1)
    assert patient.hints() == []


async def test_a_listener_that_does_not_keep_up_keeps_the_newest_hints() -> None:
    live = Live()
    slow = live.listen(ONE)
    for offset in range(HINTS_KEPT_MAX + 10):
        live.hint(hint(offset))
    assert [kept.offset for kept in slow.hints()] == list(range(10, HINTS_KEPT_MAX + 10))
    assert slow.hints() == []


async def test_a_listener_hears_when_another_run_rests_if_it_asked_for_that_and_nothing_else_of_it() -> None:
    live = Live()
    parent = live.listen(ONE)
    assert live.also([OTHER], parent)
    assert not live.also([OTHER, ONE], parent), "both are known to it"
    waiting = asyncio.create_task(parent.wait())
    live.ring(OTHER)
    await asyncio.sleep(0)
    assert not waiting.done()
    live.rest(OTHER)
    await asyncio.wait_for(waiting, 1)
    live.leave(parent)
    live.rest(OTHER)
    assert parent.hints() == []


async def test_who_waits_for_the_end_is_handed_the_last_state_and_keeps_it() -> None:
    live = Live()
    patient, its = live.listen(ONE, for_rest_only=True), live.listen(OTHER, for_rest_only=True)
    ended = begin(started(), AT)
    live.rest(ONE, ended)
    live.rest(ONE)
    assert patient.ended is ended
    assert its.ended is None


async def test_the_end_of_another_run_is_not_taken_for_that_of_its_own() -> None:
    live = Live()
    parent = live.listen(ONE, for_rest_only=True)
    live.also([OTHER], parent)
    live.rest(OTHER, begin(started(), AT))
    await asyncio.wait_for(parent.wait(), 1)
    assert parent.ended is None


async def test_who_has_left_is_forgotten() -> None:
    live = Live()
    gone = live.listen(ONE)
    live.leave(gone)
    live.hint(hint(0))
    live.rest_all()
    assert gone.hints() == []


@pytest.mark.parametrize("mail", [Cancel("no longer needed", "operator"), Resume("operator"), ChildOver(child=OTHER)])
def test_mail_comes_back_as_it_was(mail: Mail) -> None:
    assert decode_mail(encode_mail(mail)) == mail


@pytest.mark.parametrize("body", [b"", b"\x01", b"\x81\xa4mail\xa9unknown/1"])
def test_mail_of_another_version_is_an_error(body: bytes) -> None:
    with pytest.raises(JournalError, match="expected mail this version knows"):
        decode_mail(body)


async def test_text_is_told_to_nobody_who_only_waits_for_the_end() -> None:
    live = Live()
    patient = live.listen(ONE, for_rest_only=True)
    live.also([OTHER], patient)
    assert not live.is_heard(ONE)
    eager = live.listen(ONE)
    assert live.is_heard(ONE)
    assert not live.is_heard(OTHER)
    live.leave(eager)
    assert not live.is_heard(ONE)
