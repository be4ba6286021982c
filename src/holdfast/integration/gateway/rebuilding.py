"""The prompt of one turn, rebuilt from the run's journal and held against the digest of what was sent."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.request import digest_of
from holdfast.integration.gateway.transcript import Fetch
from holdfast.journal.codec import decode
from holdfast.journal.events import ModelCalled
from holdfast.journal.fold import begin, evolve
from holdfast.journal.port import Recorded
from holdfast.kernel import paths
from holdfast.kernel.errors import InputError, JournalError
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages_codec import decode_message

TURNS_TOLD_MAX = 12


class SentPrompt(msgspec.Struct, frozen=True, kw_only=True):
    """What a model was sent: equal, to the byte, to what its digest was made of."""

    version: int
    """The version of the event that records it."""
    at: float
    node: str
    turn: int
    attempt: int
    model: str
    request: ModelRequest
    digest: str
    """The digest of the request: the journal's and that of ``request``, which are the same."""


class _Called(msgspec.Struct, frozen=True):
    version: int
    at: float
    event: ModelCalled
    prompt: tuple[PayloadId, ...]


async def sent_prompt(
    recorded: Sequence[Recorded], fetch: Fetch, turn: int, node: str = "", attempt: int | None = None
) -> SentPrompt:
    """Return what was sent in that turn, in its last attempt unless one is named.

    ``node`` may be empty where one agent only has taken such a turn. Raises InputError for a turn that was not taken,
    JournalError if what is kept is not what was sent.
    """
    called = _meant(list(_calls(recorded)), turn, node, attempt)
    event = called.event
    *messages, offer = await fetch((*called.prompt, event.tools))
    request = ModelRequest(
        tuple(decode_message(body) for body in messages),
        msgspec.json.decode(offer, type=Offer),
        event.output_tokens_max,
        paths.turn(event.node, event.turn),
    )
    found = digest_of(request)
    if found != event.request:
        raise JournalError(
            f"expected the request of {request.step} to have the digest {event.request}, found {found} for what is "
            "kept of it: the store was damaged, restore it from a backup"
        )
    return SentPrompt(
        version=called.version,
        at=called.at,
        node=event.node,
        turn=event.turn,
        attempt=event.attempt,
        model=event.model,
        request=request,
        digest=found,
    )


def _calls(recorded: Iterable[Recorded]) -> Iterator[_Called]:
    """Yield the calls with the prompt of each. The fold says what it was, so both always agree."""
    state = None
    for entry in recorded:
        event = decode(entry.body)
        state = begin(event, entry.at) if state is None else evolve(state, event, entry.at)
        if isinstance(event, ModelCalled) and (node := state.node(event.node)) and node.agent:
            yield _Called(entry.version, entry.at, event, node.agent.prompt)


def _meant(calls: Sequence[_Called], turn: int, node: str, attempt: int | None) -> _Called:
    found = [each for each in calls if each.event.turn == turn and node in ("", each.event.node)]
    nodes = list(dict.fromkeys(each.event.node for each in found))
    if len(nodes) > 1:
        raise InputError(f"expected the node whose turn {turn} is meant, found {', '.join(nodes)}: name one")
    if attempt is not None:
        found = [each for each in found if each.event.attempt == attempt]
    if not found:
        taken = list(dict.fromkeys(paths.turn(each.event.node, each.event.turn) for each in calls))
        more = f" and {len(taken) - TURNS_TOLD_MAX} more" if len(taken) > TURNS_TOLD_MAX else ""
        tried = "" if attempt is None else f", attempt {attempt}"
        wanted = f"turn {turn}{f' of {node}' if node else ''}{tried}"
        told = f"{', '.join(taken[:TURNS_TOLD_MAX]) or 'none'}{more}"
        raise InputError(f"expected {wanted} to have been taken, found {told}")
    return found[-1]
