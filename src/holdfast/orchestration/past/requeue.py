"""Has a run go on that has failed: what that may be, and the events that say so."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from holdfast.journal.codec import decode
from holdfast.journal.events import Event, LifecycleMoved, MailRead, RunRequeued
from holdfast.journal.events.retries import SentBefore
from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import Requeue, RetryNow, decode_mail, requeue_letter, retry_letter
from holdfast.journal.port import Delivered, Store
from holdfast.journal.recorder import Recorder
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import InputError
from holdfast.kernel.ids import LetterId
from holdfast.kernel.limits import Budget
from holdfast.orchestration.lifecycle import DEAD, Trigger, after
from holdfast.orchestration.past.past import Deed, deeds
from holdfast.orchestration.past.past_of_children import done_by
from holdfast.orchestration.past.reopening import Reopening, reopening
from holdfast.orchestration.sagas.telling import undone_at

DEEDS_TOLD_MAX = 8


class ToPost(NamedTuple):
    """A letter, and the end that it reopens, if it does."""

    mail: Requeue | RetryNow
    letter_id: LetterId
    reopens: int | None = None


class Past(NamedTuple):
    """What the events of a run are, and what the child runs did, in words, that would be started anew."""

    events: Iterable[Event] = ()
    by_children: Sequence[str] = ()


async def past_of(store: Store, state: RunState, wish: Requeue) -> Past:
    """Return what it takes to know whether the run may go on as ``wish`` says. Raises InputError, JournalError."""
    if not state.is_over:
        return Past()
    check_dead(state)
    dropped = () if state.simulates else reopening(state, wish.from_step).dropped
    again = [child for child in state.children.values() if _is_below(child.node, dropped)]
    return Past([decode(entry.body) for entry in await store.read(state.run)], await done_by(store, again))


def letters_for(state: RunState, past: Past, wish: Requeue) -> list[ToPost]:
    """Return what is to be posted so that the run goes on as ``wish`` says. Raises InputError as ``requeued`` does."""
    if state.is_over:
        requeued(state, past, wish)
        return [ToPost(wish, requeue_letter(state.version), state.version)]
    if wish.from_step or wish.repeats_effects or wish.budget is not None or not state.retrying:
        raise InputError(_told_going_on(state))
    return [_now(state, path, wish.by) for path in state.retrying]


def check_heard(wish: Requeue, letters: Sequence[Delivered]) -> None:
    """Raise InputError if the run goes on because of another wish than this one. The same wish twice is one."""
    letter_id = requeue_letter(wish.version)
    for mail in (decode_mail(letter.body) for letter in letters if letter.letter_id == letter_id):
        if isinstance(mail, Requeue) and _essence(mail) != _essence(wish):
            where = f"from {mail.from_step}" if mail.from_step else "from where it failed"
            raise InputError(f"expected a run that nobody has requeued, found that {mail.by} has, {where}")


async def reopen(store: Store, recorder: Recorder, ended: int) -> None:
    """Record that a run which ended at version ``ended`` goes on, if a letter says so; what was posted before is void.

    Raises JournalError.
    """
    state = recorder.state
    for letter in await store.inbox(state.run, state.inbox_read):
        mail = decode_mail(letter.body)
        if isinstance(mail, Requeue) and mail.version == ended:
            past = await past_of(store, state, mail)
            recorder.append(*requeued(state, past, mail), MailRead(position=letter.position))
            return


def requeued(state: RunState, past: Past, mail: Requeue) -> tuple[Event, ...]:
    """Return the events with which the run of that past goes on as ``mail`` says.

    Raises InputError where it cannot, or where it would repeat effects that nobody has said may be repeated. What was
    undone is not repeated: it is done anew, under keys of its own.
    """
    check_dead(state)
    _check_budget(mail.budget)
    taken_up, done = reopening(state, mail.from_step), deeds(past.events)
    if state.app in state.nodes and not (taken_up.reopened or taken_up.dropped):
        raise InputError(f"every step of run {state.run} has succeeded: say from which one it is to be done again")
    undone = undone_at(state)
    dropped = [
        msgspec.structs.replace(deed, is_void=True) if _is_below(deed.node, undone) else deed
        for deed in done
        if _is_below(deed.node, taken_up.dropped)
    ]
    if not (mail.repeats_effects or state.simulates):
        repeated = [*(deed for deed in dropped if not deed.is_void), *_unclear(done, state, taken_up)]
        _check_repeats(state, [*(f"{deed.tool} at {deed.path}" for deed in repeated), *past.by_children])
    return (
        RunRequeued(
            by=mail.by,
            note=mail.note,
            from_step=mail.from_step,
            reopened=taken_up.reopened,
            dropped=taken_up.dropped,
            sent=_with_keys(dropped),
            budget=mail.budget,
        ),
        LifecycleMoved(to=after(state.status, Trigger.REQUEUED), reason=f"requeued by {mail.by}"),
    )


def check_failed(state: RunState) -> None:
    """Raise InputError unless the run has failed, as a part of another or not, and nothing of it is in doubt."""
    if not state.is_over:
        raise InputError(_told_going_on(state))
    if state.status not in DEAD:
        raise InputError(
            f"expected a run that failed or was rejected, found run {state.run} {state.status}: start a new run instead"
        )
    if state.doubts:
        raise InputError(f"expected run {state.run} to have nothing in doubt, found {', '.join(state.doubts)}: decide")


def check_dead(state: RunState) -> None:
    """Raise InputError unless the run lies, or has lain, in the dead-letter queue."""
    check_failed(state)
    if state.parent is not None:
        raise InputError(f"run {state.run} is part of run {state.parent}, which decides what follows: requeue that one")


def _told_going_on(state: RunState) -> str:
    """Return why nothing can be requeued or dropped of a run that is not over."""
    if state.retrying:
        return (
            f"run {state.run} waits to try {', '.join(state.retrying)} again: it can be requeued to do so now, "
            "but not from another step or with another budget, and not dropped"
        )
    then = "resume it" if state.parked is not None else "it goes on by itself"
    return f"expected a run that failed, found run {state.run} {state.status}: {then}"


def _now(state: RunState, path: str, by: str) -> ToPost:
    tries = state.nodes[path].tries
    return ToPost(RetryNow(path=path, attempt=tries, by=by), retry_letter(path, tries, state.requeues))


def _check_budget(budget: Budget | None) -> None:
    if budget is not None and budget.seconds is not None:
        raise InputError("expected another limit to raise, found seconds: they count anew anyway")


def _check_repeats(state: RunState, repeated: Iterable[str]) -> None:
    different = list(dict.fromkeys(repeated))
    if not different:
        return
    told = ", ".join(different[:DEEDS_TOLD_MAX])
    more = f" and {len(different) - DEEDS_TOLD_MAX} more" if len(different) > DEEDS_TOLD_MAX else ""
    raise InputError(
        f"requeuing run {state.run} so would repeat what was done, or may have been: {told}{more}. "
        "Take a later step, or say that effects may be repeated (--repeat-effects)"
    )


def _unclear(done: Sequence[Deed], state: RunState, taken_up: Reopening) -> list[Deed]:
    """Return what the reopened nodes would send again although it may have been done; a key keeps that harmless."""
    steps = {path: state.nodes[path].step for path in taken_up.reopened}
    unclear = {
        path
        for path, step in steps.items()
        if step.outcome is not None
        and step.effect.needs_intent
        and step.effect is not Effect.KEYED
        and step.attempt > step.attempts_void
    }
    return [deed for deed in done if deed.path in unclear and not deed.is_void]


def _with_keys(dropped: Sequence[Deed]) -> tuple[SentBefore, ...]:
    """Return each key once; it is void only if nothing was ever done under it."""
    by_key: dict[str, SentBefore] = {}
    for deed in dropped:
        if deed.key is None:
            continue
        before = by_key.get(deed.key)
        is_void = deed.is_void and (before is None or before.is_void)
        by_key[deed.key] = SentBefore(deed.node, deed.tool, deed.arguments, deed.key, deed.key_until, is_void)
    return tuple(by_key.values())


def _essence(wish: Requeue) -> tuple[object, ...]:
    return wish.from_step, wish.repeats_effects, wish.budget


def _is_below(path: str, roots: Sequence[str]) -> bool:
    return any(path == root or path.startswith((f"{root}/", f"{root}[")) for root in roots)
