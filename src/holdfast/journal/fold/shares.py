"""How the shares of nodes evolve: whatever the run takes for a node is taken from every share around it as well."""

from collections.abc import Iterator

from msgspec.structs import replace
from rpds import HashTrieMap

from holdfast.journal.events import Event, ShareGiven
from holdfast.journal.fold.share_state import ShareState
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.kernel.limits import USD_DIGITS, minus, plus


def share_given(state: RunState, event: ShareGiven, _at: float, version: int) -> RunState:
    return replace(state, shares=state.shares.insert(event.node, ShareState(event.limits)), version=version)


def shares_around(state: RunState, path: str) -> Iterator[tuple[str, ShareState]]:
    """Yield the shares that what happens at ``path`` is taken from, each with its node's path, the innermost first."""
    for place in (path, *paths.ancestors(path)):
        share = state.shares.get(place)
        if share is not None:
            yield place, share


def taken(before: RunState, after: RunState, event: Event) -> RunState:
    """Return ``after``, with what the run has taken by ``event`` counted in the shares around its node."""
    path = getattr(event, "node", None)
    if path is None or not _has_taken(before, after):
        return after
    spend, lent = minus(after.spend, before.spend), minus(after.lent, before.lent)
    shares = after.shares
    for place, share in shares_around(after, path):
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
    return HashTrieMap({path: ShareState(share.limits) for path, share in shares.items()})


def _has_taken(before: RunState, after: RunState) -> bool:
    return (before.spend, before.lent, before.reserved, before.reserved_usd) != (
        after.spend,
        after.lent,
        after.reserved,
        after.reserved_usd,
    )
