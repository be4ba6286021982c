"""What tests of forks share: what a fork has recorded by itself, and the keys that a run has sent under."""

from holdfast.journal.events import ChildStarted, Event, RunForked, StepIntended
from holdfast.orchestration.run.handle import Run
from tests.runtime.stage import events_of, of_kind


async def own_events(run: Run) -> list[Event]:
    """Return what the run has recorded itself: of a fork nothing that it has inherited."""
    events = await events_of(run)
    places = [place for place, event in enumerate(events) if isinstance(event, RunForked)]
    return events[places[-1] :] if places else events


async def keys_of(run: Run) -> set[str]:
    """Return the keys under which the run itself has sent effects."""
    return {event.key for event in of_kind(await own_events(run), StepIntended) if event.key is not None}


async def children_of(run: Run) -> set[str]:
    """Return the runs that the run itself has started."""
    return {event.child for event in of_kind(await own_events(run), ChildStarted)}
