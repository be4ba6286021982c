"""What a scripted model can be told to do next, and the words to say it in: ``answer``, ``call``, ``fail`` and more."""

from collections.abc import Callable

import msgspec

from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.speech import Wanted
from holdfast.kernel.messages import Reply, StopReason
from holdfast.kernel.outcomes import ErrorKind, Fault


class Say(msgspec.Struct, frozen=True):
    """Reply with this text and these calls; ``stop`` is what they imply unless it is set."""

    text: str = ""
    wanted: tuple[Wanted, ...] = ()
    stop: StopReason | None = None


class Fail(msgspec.Struct, frozen=True):
    """Stream ``text``, then give no reply but this fault."""

    fault: Fault
    text: str = ""
    retry_after_seconds: float | None = None


class Stall(msgspec.Struct, frozen=True):
    """Stream ``text``, then say nothing more until cancelled."""

    text: str = ""


Line = Say | Fail | Stall | Reply | str | Exception
"""What to do when asked. A string is an answer, a Reply is given as it is, an exception is raised as it is."""

Improvised = Callable[[ModelRequest], Line]
"""Decides what to do when it is asked."""


def answer(text: str) -> Say:
    """Answer with ``text``."""
    return Say(text)


def answer_json(value: object) -> Say:
    """Answer with the JSON of ``value``."""
    return Say(msgspec.json.encode(value).decode())


def call(tool: str, arguments: dict[str, object] | None = None, *, text: str = "") -> Say:
    """Ask for one tool."""
    return Say(text, (Wanted(tool, arguments or {}),))


def calls(*wanted: Say, text: str = "") -> Say:
    """Ask for several tools in one turn: ``calls(call("a"), call("b"))``."""
    return Say(text, tuple(one for said in wanted for one in said.wanted))


def stop(reason: StopReason, text: str = "") -> Say:
    """Stop for this reason, with what was said until then."""
    return Say(text, stop=reason)


def fail(fault: Fault | str, *, text: str = "", retry_after_seconds: float | None = None) -> Fail:
    """Fail with ``fault``, perhaps in the middle of a text; a string is the message of a fault worth trying again."""
    if isinstance(fault, str):
        fault = Fault(ErrorKind.MODEL_FAILED, fault, retryable=True)
    return Fail(fault, text, retry_after_seconds)


def stall(text: str = "") -> Stall:
    """Fall silent after ``text``, until cancelled."""
    return Stall(text)


def is_reply(line: Line | Improvised) -> bool:
    """Whether a line gives a reply; what is improvised is held to do so."""
    return not isinstance(line, Fail | Stall | Exception)
