"""The model calls of a run as its journal tells them: each with its tokens, its cost, how long it took. Pure."""

import enum
from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from holdfast.journal.events import (
    Event,
    ModelCalled,
    ModelFailed,
    ModelInterrupted,
    ModelOutrun,
    ModelReconciled,
    ModelReplied,
    RunStarted,
)
from holdfast.kernel.messages import Usage

UNCHARGED = Usage(cost_usd=0.0)
CALL_EVENTS = (
    RunStarted,
    ModelCalled,
    ModelReplied,
    ModelFailed,
    ModelOutrun,
    ModelInterrupted,
    ModelReconciled,
)
"""The events that tell of model calls: no other is needed here."""


class Placed(Protocol):
    """An event with its place in its run's journal, and the instant it was recorded at."""

    @property
    def version(self) -> int: ...

    @property
    def at(self) -> float: ...

    @property
    def event(self) -> Event: ...


class Ending(enum.StrEnum):
    """What became of a call."""

    REPLIED = "replied"
    FAILED = "failed"
    """It failed, and its provider will not bill it."""
    LOST = "lost"
    """Its reply was never seen: what it may have cost at the most is charged, unless somebody has looked it up."""


class EndedCall(msgspec.Struct, frozen=True):
    """One attempt at a model call that is over."""

    at: float
    agent: str
    model: str
    """As it was asked for."""
    attempt: int
    ending: Ending
    usage: Usage
    seconds: float | None = None
    first_token_seconds: float | None = None
    charged: int = 0
    """The version of the event that charged it unseen."""


def ended_calls(entries: Iterable[Placed]) -> Iterator[EndedCall]:
    """Yield the calls of a run that are over; those that were lost come last, for they may have been looked up since.

    What a child run has called stands in the child's own journal, and what a fork has inherited in that of the run it
    was forked from: neither is told here.
    """
    inherited = 0
    called: dict[str, ModelCalled] = {}
    lost: list[EndedCall] = []
    for entry in entries:
        if entry.version <= inherited:
            continue
        match entry.event:
            case RunStarted(origin=origin) if origin is not None:
                inherited = origin.version
            case ModelCalled() as event:
                called[event.node] = event
            case ModelReplied() as event:
                yield _replied(event, called.get(event.node), entry.at)
            case ModelFailed(is_charged=False) as event:
                if (request := _called(called, event)) is not None:
                    yield _ended(event, request, entry.at, Ending.FAILED, UNCHARGED, event.seconds)
            case ModelInterrupted(is_charged=False):
                pass  # it was never sent
            case ModelFailed() | ModelOutrun() | ModelInterrupted() as event:
                lost.append(_lost(event, called.get(event.node), entry.at, entry.version))
            case ModelReconciled() as event:
                lost = [_looked_up(call, event) for call in lost]
            case _:
                pass
    yield from lost


def _replied(event: ModelReplied, request: ModelCalled | None, at: float) -> EndedCall:
    ended = _ended(event, request, at, Ending.REPLIED, event.usage, event.seconds)
    return msgspec.structs.replace(ended, first_token_seconds=event.first_token_seconds)


def _lost(
    event: ModelFailed | ModelOutrun | ModelInterrupted, request: ModelCalled | None, at: float, version: int
) -> EndedCall:
    """Return a call that is charged with all that was reserved for it; one that was cut off, with both if two were."""
    seconds = None if isinstance(event, ModelInterrupted) else event.seconds
    tokens = request.reserved if request else 0
    if request is not None and request.is_hedged and not isinstance(event, ModelInterrupted):
        tokens //= 2
    worst = Usage(input_tokens=tokens, cost_usd=event.cost_usd)
    return _ended(event, request, at, Ending.LOST, worst, seconds, version)


def _ended(
    event: ModelReplied | ModelFailed | ModelOutrun | ModelInterrupted,
    request: ModelCalled | None,
    at: float,
    ending: Ending,
    usage: Usage,
    seconds: float | None,
    charged: int = 0,
) -> EndedCall:
    agent = (request.agent if request else "") or _name(event.node)
    model = request.model if request else ""
    return EndedCall(at, agent, model, event.attempt, ending, usage, seconds, charged=charged)


def _called(called: dict[str, ModelCalled], event: ModelFailed) -> ModelCalled | None:
    """Return the call that failed, None for what was refused before it was sent: nothing had been recorded of it."""
    request = called.get(event.node)
    is_of_it = request is not None and (request.turn, request.attempt) == (event.turn, event.attempt)
    return request if is_of_it else None


def _looked_up(call: EndedCall, event: ModelReconciled) -> EndedCall:
    return msgspec.structs.replace(call, usage=event.usage) if call.charged == event.charged else call


def _name(node: str) -> str:
    """Return the last name in a path, of a map's item that of the map: older journals do not say whose a call was."""
    return node.rpartition("/")[2].partition("[")[0]
