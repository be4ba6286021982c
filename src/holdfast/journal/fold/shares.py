"""How the shares of nodes evolve: whatever the run takes for a node is taken from every share around it as well."""

from collections.abc import Iterator

from msgspec.structs import replace
from rpds import HashTrieMap

from holdfast.journal.events import Event, ModelReconciled, ShareGiven
from holdfast.journal.fold.share_state import ShareState
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.kernel.limits import USD_DIGITS, minus, plus


def share_given(state: RunState, event: ShareGiven, _at: float, version: int) -> RunState:
    return replace(
        state, shares=state.shares.insert(event.node, ShareState(event.limits, given=version)), version=version
    )


def shares_around(state: RunState, path: str) -> Iterator[tuple[str, ShareState]]:
    """Yield the shares that what happens at ``path`` is taken from, each with its node's path, the innermost first."""
    for place in (path, *paths.ancestors(path)):
        share = state.shares.get(place)
        if share is not None:
            yield place, share


def taken(before: RunState, after: RunState, event: Event) -> RunState:
    """Return ``after``, with what the run has taken by ``event`` counted in the shares around its node."""
    path, since = _taken_at(before, event)
    if path is None or not _has_taken(before, after):
        return after
    spend, lent = minus(after.spend, before.spend), minus(after.lent, before.lent)
    shares = after.shares
    for place, share in shares_around(after, path):
        if share.given > since:
            continue
        more = replace(
            share,
            spend=plus(share.spend, spend),
            lent=plus(share.lent, lent),
            reserved=share.reserved + after.reserved - before.reserved,
            reserved_usd=round(share.reserved_usd + after.reserved_usd - before.reserved_usd, USD_DIGITS),
        )
        shares = shares.insert(place, more)
    return replace(after, shares=shares)


def anew(shares: "HashTrieMap[str, ShareState]") -> "HashTrieMap[str, ShareState]":
    """Return the shares with nothing taken of them."""
    return HashTrieMap({path: ShareState(share.limits, given=share.given) for path, share in shares.items()})


def _taken_at(run: RunState, event: Event) -> tuple[str | None, int]:
    """Return where ``event`` takes something, if anywhere, and as of which version: a call is reconciled long after."""
    if isinstance(event, ModelReconciled):
        for call in run.unseen:
            if call.charged == event.charged:
                return call.node, call.charged
    return getattr(event, "node", None), run.version


def _has_taken(before: RunState, after: RunState) -> bool:
    return (before.spend, before.lent, before.reserved, before.reserved_usd) != (
        after.spend,
        after.lent,
        after.reserved,
        after.reserved_usd,
    )
