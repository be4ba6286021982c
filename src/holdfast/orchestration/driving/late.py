"""What a driver that has lost its run still knows of its calls, and what the run makes of that."""

import re
from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from holdfast.integration.secrets.secret import REFERENCE
from holdfast.integration.tools.invocation import Desk
from holdfast.journal.events import DoubtSettled, Event, StepEnded, StepIntended
from holdfast.journal.events.steps import Sanitised
from holdfast.journal.fold.step_state import StepState
from holdfast.journal.fold.steps import step_at, step_path
from holdfast.journal.mail import LateOutcome, encode_mail, late_letter
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import Letter
from holdfast.journal.recorder import Recorder
from holdfast.kernel import paths
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import ToolResult
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.outcomes import Outcome, Settlement


async def late_letters(recorder: Recorder, worker: str) -> list[Letter]:
    """Return a letter for each effect that was sent and has ended, and whose outcome can no longer be recorded.

    Of a turn that the agent has left behind meanwhile, all are told: whoever drives the run knows which it asks about.
    """
    lost = recorder.lost()
    unsent = {step_path(event) for event in lost if isinstance(event, StepIntended)}
    names, secrets = await _given(recorder.payloads, lost)
    letters = []
    for event in lost:
        if isinstance(event, StepEnded) and step_path(event) not in unsent:
            step = step_at(recorder.state, step_path(event))
            if step is None or step.effect.needs_intent:
                mail = replace(await _late(recorder, event, worker), names=names, secrets=secrets)
                letter_id = late_letter(mail.path, mail.attempt, mail.requeues)
                letters.append(Letter(letter_id, recorder.state.run, encode_mail(mail)))
    return letters


async def settled_late(mail: LateOutcome, step: StepState, desk: Desk) -> DoubtSettled:
    """Return the event that settles the doubt at ``step``; for each value in it stands what does so in this run."""
    name, turn, call = paths.effect(mail.path)
    here = await desk.secrets.taken_over(mail.names, mail.secrets)
    renamed = {theirs: ours for theirs, ours in here.items() if theirs != ours}
    result, shown = _kept(mail, renamed, desk.recorder.payloads)
    return DoubtSettled(
        node=name,
        turn=turn,
        call=call,
        name=step.name,
        attempt=mail.attempt,
        how=Settlement.HAPPENED if mail.outcome is Outcome.SUCCEEDED else Settlement.FAILED,
        by=f"late outcome of {mail.worker}",
        result=result,
        shown=shown,
        result_bytes=mail.result_bytes,
        fault=mail.fault,
        sanitised=await _sanitised(here, desk),
        unfinished=mail.unfinished,
        mends=mail.mends,
    )


async def _given(payloads: Payloads, lost: Sequence[Event]) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the names that were given in what is lost: of personal data the values, of secrets these under seal."""
    found = [event.sanitised for event in lost if isinstance(event, StepEnded) and event.sanitised is not None]
    names = dict[str, str]()
    for body in await payloads.fetch_all([each.labelled for each in found if each.labelled is not None]):
        names |= msgspec.json.decode(body, type=dict[str, str])
    held = {secret.name: secret.sealed for each in found for secret in each.secrets if secret.sealed is not None}
    return names, {name: await payloads.fetch(sealed) for name, sealed in held.items()}


async def _late(recorder: Recorder, event: StepEnded, worker: str) -> LateOutcome:
    fetch = recorder.payloads.fetch
    return LateOutcome(
        path=step_path(event),
        attempt=event.attempt,
        outcome=event.outcome,
        worker=worker,
        result=None if event.result is None else await fetch(event.result),
        shown=None if event.shown is None else await fetch(event.shown),
        result_bytes=event.result_bytes,
        fault=event.fault,
        requeues=recorder.state.requeues,
        unfinished=event.unfinished,
        mends=event.mends,
    )


def _kept(
    mail: LateOutcome, renamed: Mapping[str, str], payloads: Payloads
) -> tuple[PayloadId | None, PayloadId | None]:
    """Keep the result and the message, renamed; the message may name the result."""
    result = None if mail.result is None else payloads.keep(mail.result)
    shown = None if mail.shown is None else payloads.keep(mail.shown)
    if not renamed:
        return result, shown
    if mail.result is not None and result is not None:
        text = mail.result.decode("utf-8", "surrogateescape")
        theirs, result = result, payloads.keep(_with(renamed, text).encode("utf-8", "surrogateescape"))
        renamed = {**renamed, theirs: result}
    return result, None if mail.shown is None else _message(mail.shown, renamed, payloads)


def _message(body: bytes, renamed: Mapping[str, str], payloads: Payloads) -> PayloadId:
    message = decode_message(body)
    parts = (
        replace(part, content=_with(renamed, part.content)) for part in message.parts if isinstance(part, ToolResult)
    )
    return payloads.keep_message(replace(message, parts=tuple(parts)))


def _with(renamed: Mapping[str, str], text: str) -> str:
    return re.sub("|".join(map(re.escape, renamed)), lambda found: renamed[found.group()], text)


async def _sanitised(here: Mapping[str, str], desk: Desk) -> Sanitised | None:
    """Return what is to be known of the names in it by whoever drives the run next."""
    references = (REFERENCE.fullmatch(name) for name in here.values())
    secrets = await desk.secrets.held([found.group(1) for found in references if found is not None])
    given = desk.secrets.new_names()
    if not (secrets or given):
        return None
    return Sanitised(secrets=secrets, labelled=desk.recorder.payloads.keep_json(given) if given else None)
