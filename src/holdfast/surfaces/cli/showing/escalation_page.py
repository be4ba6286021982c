"""A call that waits for a yes: as a page that is read in ten seconds, and as JSON."""

import json
from collections.abc import Iterator

import msgspec

from holdfast.governance.approvals import USER, told
from holdfast.governance.escalation import Escalation, Evidence
from holdfast.surfaces.cli.showing.terminal import clean
from holdfast.surfaces.cli.showing.wording import age, instant

DIGEST_DIGITS = 12
"""As much of a digest as is shown: enough to tell apart what may be approved at one place."""
TEXT_CHARACTERS_MAX = 300
ARGUMENT_CHARACTERS_MAX = 120
ARGUMENTS_SHOWN_MAX = 12


def escalation_record(what: Escalation) -> dict[str, object]:
    """Return it as a JSON object, with the call's path under the name that all of an inbox have for it."""
    record: dict[str, object] = msgspec.to_builtins(what)
    arguments = json.loads(what.arguments)
    return {"step": record.pop("path"), **record, "arguments": arguments, "number": what.number}


def escalation_lines(what: Escalation, run: str, now: float) -> Iterator[str]:
    """Yield what is wanted, why somebody is asked, what would come of it, and the commands that decide it."""
    yield from what_it_is(what)
    yield f"asked at {instant(what.asked_at)}, {age(now - what.asked_at)}{_at_deadline(what)}"
    confirms = " --of user" if any(need.of == USER for need in what.needs) else ""
    decide = f"holdfast decide {run} {what.path}"
    shown = f"--digest {what.digest[:DIGEST_DIGITS]}{confirms}"
    yield f"decide it with: {decide} --approve {shown} | --edit JSON {shown} | --reject REASON{confirms}"


def what_it_is(what: Escalation) -> Iterator[str]:
    """Yield what is to be decided, without when and how."""
    undo = {None: "changes nothing", "irreversible": "nothing undoes it"}.get(
        what.reversibility, f"{what.reversibility} undoes it"
    )
    yield f"{what.caller or what.path} wants to call {what.tool} ({what.effect}, {undo}): {clean(what.reason)}"
    if what.goal:
        yield f"to: {clean(what.goal, length_max=TEXT_CHARACTERS_MAX)}"
    if what.words:
        yield f"it says: {clean(what.words, length_max=TEXT_CHARACTERS_MAX)}"
    if what.is_edited:
        yield "the arguments were changed by whoever has decided before:"
    yield from _arguments(what)
    for way in what.options:
        yield f"{way.ruling}: {clean(way.impact)}"
    yield f"needed: {' and '.join(map(told, what.needs))}{_so_far(what)}"


def _arguments(what: Escalation) -> Iterator[str]:
    """Yield each argument with where its value stands; one that was changed by a person stands nowhere."""
    found = {} if what.is_edited else {each.argument: each for each in what.evidence}
    given: dict[str, object] = json.loads(what.arguments)
    for name, value in list(given.items())[:ARGUMENTS_SHOWN_MAX]:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        stands = _stands(found[name]) if name in found else ""
        yield f"  {clean(name)} = {clean(text, length_max=ARGUMENT_CHARACTERS_MAX)}{stands}"
    if (rest := len(given) - ARGUMENTS_SHOWN_MAX) > 0:
        yield f"  and {rest} more: 'holdfast inbox --json' has them all"


def _stands(evidence: Evidence) -> str:
    if not evidence.found_in:
        return "  (found nowhere: the agent has composed it)"
    vouched = "" if evidence.is_trusted else ", which nobody vouches for"
    return f"  (found in {clean(', '.join(evidence.found_in))}{vouched})"


def _so_far(what: Escalation) -> str:
    return "" if not what.decisions else f"; {', '.join(clean(each.by) for each in what.decisions)} said yes already"


def _at_deadline(what: Escalation) -> str:
    if what.deadline is None:
        return ""
    then = "the call is refused" if what.at_deadline == "reject" else "the node fails"
    return f"; at {instant(what.deadline)} {then}"
