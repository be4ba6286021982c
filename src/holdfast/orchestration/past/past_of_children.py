"""What child runs have sent into the world, read from their journals and from those of the children below them."""

from collections.abc import Iterable

from holdfast.journal.codec import decode
from holdfast.journal.events import ChildBegun, ChildStarted
from holdfast.journal.fold.state import ChildState
from holdfast.journal.port import Store
from holdfast.kernel.errors import RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.orchestration.past.past import deeds


async def done_by(store: Store, children: Iterable[ChildState]) -> tuple[str, ...]:
    """Return, in words, each effect that the runs of ``children`` have done or may have done.

    A child that began and is not in this store may have done anything.
    """
    found: list[str] = []
    for child in sorted(children, key=lambda child: (child.started_at, child.node, child.number)):
        found.extend(await _done_by(store, child.run, child.node, is_begun=child.is_begun))
    return tuple(found)


async def _done_by(store: Store, run: RunId, node: str, *, is_begun: bool) -> list[str]:
    """Return what the run has done that was started below ``node`` of the run that all is asked for."""
    try:
        events = [decode(entry.body) for entry in await store.read(run)]
    except RunNotFound:
        return [f"all that run {run} did at {node}, which is not in this store"] if is_begun else []
    found = [f"{deed.tool} at {deed.path} in the child run at {node}" for deed in deeds(events) if not deed.is_void]
    begun = {event.child for event in events if isinstance(event, ChildBegun)}
    for event in events:
        if isinstance(event, ChildStarted):  # no run stands below itself, and how deep they go is limited
            found.extend(await _done_by(store, event.child, node, is_begun=event.child in begun))
    return found
