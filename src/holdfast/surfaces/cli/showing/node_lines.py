"""The events of the nodes of a flow as lines of words. Pure."""

from holdfast.journal.events import (
    AllowanceAwaited,
    AllowanceRenewed,
    BranchTaken,
    HandedOver,
    ItemsMapped,
    NodeEntered,
    NodeLeft,
    NodeRetried,
    QuestionAnswered,
    QuestionAsked,
    RetryDue,
    ScriptAdvanced,
)
from holdfast.surfaces.cli.showing.wording import because, counted, instant

OfNode = (
    NodeEntered
    | BranchTaken
    | ItemsMapped
    | NodeLeft
    | QuestionAsked
    | QuestionAnswered
    | NodeRetried
    | RetryDue
    | ScriptAdvanced
    | AllowanceAwaited
    | AllowanceRenewed
    | HandedOver
)


def node_line(event: OfNode) -> str:
    """Return what happened to a node, in one line."""
    return f"{event.node}  {_of_node(event)}"


def _of_node(event: OfNode) -> str:
    match event:
        case NodeEntered():
            until = "" if event.wakes_at is None else f", until {instant(event.wakes_at)}"
            return f"{event.kind} entered{until}"
        case BranchTaken():
            return _taken(event.case)
        case ItemsMapped():
            return f"has {counted(len(event.keys), 'item')}"
        case NodeLeft():
            return f"{event.outcome}{because(event.fault)}"
        case NodeRetried():
            return f"try {event.attempt} failed{because(event.fault)} (tried again at {instant(event.retry_at)})"
        case RetryDue():
            return f"tried again after try {event.attempt}" + (f", for {event.by} did not wait" if event.by else "")
        case QuestionAsked() | QuestionAnswered():
            return _of_question(event)
        case ScriptAdvanced():
            asked = ", ".join(call.name for call in event.calls)
            return f"script asks for {asked}" if asked else "script goes on"
        case HandedOver():
            return f"{event.giver} hands over to {event.taker} by {event.contract}"
        case AllowanceAwaited():
            return f"waits for {event.allowance}, renewed at {instant(event.renews_at)} ({event.reason})"
        case AllowanceRenewed():
            return "goes on: its allowance is renewed"


def _of_question(event: QuestionAsked | QuestionAnswered) -> str:
    match event:
        case QuestionAsked():
            return f"asks a person to choose: {' | '.join(event.options)}" if event.options else "asks a person"
        case QuestionAnswered():
            note = f" ({event.note})" if event.note else ""
            return f"{event.by} has decided: {event.choice or 'see the value'}{note}"


def _taken(case: str | None) -> str:
    if case is None:
        return "takes none of its ways"
    return f"goes on with round {case}" if case.isdigit() else f"takes {case}"
