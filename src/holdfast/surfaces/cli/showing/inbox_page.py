"""What waits for a person: as a page, and as JSON."""

from collections.abc import Iterator, Sequence

import msgspec
from rich.console import Console
from rich.text import Text

from holdfast.governance.escalation import Escalation
from holdfast.journal.fold.state import Awaited
from holdfast.kernel.outcomes import Settlement
from holdfast.orchestration.people.doubts import Doubt
from holdfast.orchestration.people.inbox import Waiting
from holdfast.orchestration.people.questions import Question
from holdfast.orchestration.people.resting import told_awaited
from holdfast.surfaces.cli.showing.escalation_page import escalation_lines, escalation_record
from holdfast.surfaces.cli.showing.terminal import clean, styled
from holdfast.surfaces.cli.showing.wording import age, instant, short_ids

ARGUMENTS_CHARACTERS_MAX = 300
FLAGS = {
    Settlement.HAPPENED: "--happened --result JSON",
    Settlement.DID_NOT: "--did-not",
    Settlement.ABANDONED: "--abandon",
}

KINDS = {Doubt: "doubt", Question: "question", Awaited: "allowance", Escalation: "approval"}


def inbox_records(found: Sequence[Waiting]) -> list[dict[str, object]]:
    """Return what waits as JSON objects, in order."""
    return [
        {
            "kind": KINDS[type(one.what)],
            "run_id": one.head.run,
            "app": one.head.app,
            "title": one.head.title,
            "above": [{"run_id": head.run, "app": head.app, "title": head.title} for head in one.above],
            "above_step": one.step or None,
            **_record(one.what),
        }
        for one in found
    ]


def print_inbox(found: Sequence[Waiting], now: float, console: Console) -> None:
    """Print what waits: what was sent or is asked, since when, and the command that settles or decides it."""
    ids = short_ids([head.run for one in found for head in (one.head, *one.above)])
    for one in found:
        run = ids[one.head.run]
        line = Text(clean(f"{run}  {one.head.app}: {one.head.title}"), style="bold")
        path = one.what.node if isinstance(one.what, Awaited) else one.what.path
        line.append(f"  {clean(path)}", style="magenta")
        console.print(line, soft_wrap=True)
        if one.above:
            line_above = " › ".join(f"{ids[head.run]}  {head.app}: {head.title}" for head in one.above)
            console.print(styled(f"  works for {line_above}, at {clean(one.step)}"), soft_wrap=True)
        for told in _lines(one.what, run, now):
            console.print(styled(f"  {told}"), soft_wrap=True)


def _lines(what: Escalation | Doubt | Question | Awaited, run: str, now: float) -> Iterator[str]:
    match what:
        case Escalation():
            yield from escalation_lines(what, run, now)
        case Doubt():
            yield from _of_doubt(what, run, now)
        case Question():
            yield from _of_question(what, run, now)
        case Awaited():
            yield told_awaited(what)
            yield f"once it is raised, go on with: holdfast resume {run}; see all with: holdfast budgets"


def _record(what: Escalation | Doubt | Question | Awaited) -> dict[str, object]:
    match what:
        case Escalation():
            return escalation_record(what)
        case Doubt():
            return {
                "step": what.path,
                "tool": what.tool,
                "effect": what.effect,
                "arguments": what.arguments,
                "key": what.key,
                "attempt": what.attempt,
                "sent_at": what.sent_at,
                "settles_at": what.settles_at,
                "is_wanted": what.is_wanted,
                "options": what.options,
            }
        case Question():
            return {
                "step": what.path,
                "number": what.number,
                "question": what.question,
                "goal": what.goal,
                "details": what.details,
                "options": what.options,
                "asked_at": what.asked_at,
                "deadline": what.deadline,
                "default": what.default,
            }
        case Awaited():
            return {"step": what.node, "allowance": what.allowance, "renews_at": what.renews_at}


def _of_doubt(doubt: Doubt, run: str, now: float) -> Iterator[str]:
    yield f"{doubt.tool} ({doubt.effect}) was sent {clean(doubt.arguments, length_max=ARGUMENTS_CHARACTERS_MAX)}"
    if doubt.sent_at is not None:
        under = f" under key {doubt.key}" if doubt.key else ""
        yield f"at {instant(doubt.sent_at)}, {age(now - doubt.sent_at)}{under}"
    if doubt.settles_at is not None and doubt.settles_at > now:
        yield f"until {instant(doubt.settles_at)} it may still arrive: before that nobody can say that it did not"
    if not doubt.is_wanted:
        yield "its branch has ended or was cancelled: it is not made again"
    yield f"settle it with: holdfast decide {run} {doubt.path} {' | '.join(FLAGS[option] for option in doubt.options)}"


def _of_question(question: Question, run: str, now: float) -> Iterator[str]:
    yield question.question
    if question.goal is not None:
        yield f"to: {question.goal}"
    for option in question.options:
        if option.impact is not None:
            yield f"{option.name}: {option.impact}"
    if question.details is not None:
        yield f"evidence: {clean(_worded(question.details), length_max=ARGUMENTS_CHARACTERS_MAX)}"
    yield f"asked at {instant(question.asked_at)}, {age(now - question.asked_at)}{_at_deadline(question)}"
    choices = " | ".join(_quoted(option.name) for option in question.options) or "TEXT [--value JSON]"
    yield f"decide it with: holdfast decide {run} {question.path} --choose {choices}"


def _at_deadline(question: Question) -> str:
    if question.deadline is None:
        return ""
    then = "it fails" if question.default is None else f"{question.default} is chosen"
    return f"; at {instant(question.deadline)} {then}"


def _worded(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
