"""Takes in the events that a run waits for: reads each on the bus, judges it, records what came of it."""

from holdfast.journal.bus import HOPS_MAX, BusEvent
from holdfast.journal.events import EventReceived, EventRefused, EventsHeld
from holdfast.journal.mail import EventCame
from holdfast.journal.port import Store
from holdfast.journal.recorder import Recorder
from holdfast.kernel.errors import ExpressionError, InputError, RunNotFound
from holdfast.kernel.ids import EventId, RunId
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.leaves import EventNode
from holdfast.orchestration.flow.names import EVENT
from holdfast.orchestration.values.seen import seen
from holdfast.orchestration.values.values import Values

REASON_CHARACTERS_MAX = 300


class Receiving:
    """Hears of events for one claim of one run."""

    def __init__(self, app: App, recorder: Recorder, store: Store) -> None:
        self._app, self._recorder, self._store = app, recorder, store

    async def hear(self, mail: EventCame) -> None:
        """Record the event if a node waits for it; one of which that cannot be said counts as none."""
        path = self._waiting(mail.number)
        if path is not None and self._app.definitions != self._recorder.state.definitions:
            held = (*self._held(path), mail.event)
            self._recorder.append(EventsHeld(node=path, number=mail.number, events=held))
        elif path is not None:
            await self._take(mail, path)

    async def judge_held(self, path: str) -> None:
        """Judge the events that came for the node at ``path`` while the app was another."""
        wait = self._recorder.state.nodes[path].wait
        assert wait is not None, "only a node that waits has events to judge"
        for event_id in wait.held:
            if self._waiting(wait.number) == path:
                await self._take(EventCame(wait.number, event_id), path)
        if self._waiting(wait.number) == path:
            self._recorder.append(EventsHeld(node=path, number=wait.number))

    def _held(self, path: str) -> tuple[EventId, ...]:
        wait = self._recorder.state.nodes[path].wait
        return () if wait is None else wait.held

    async def _take(self, mail: EventCame, path: str) -> None:
        """Record what comes of the event for the node at ``path``, which waits."""
        event = await self._store.bus.event(mail.event)
        if event is None or event.tenant != self._recorder.state.tenant:
            return
        try:
            judged = await self._judged(event, path)
        except (ExpressionError, InputError) as error:
            if self._waiting(mail.number) == path:
                told = str(error)[:REASON_CHARACTERS_MAX]
                self._recorder.append(EventRefused(node=path, number=mail.number, event_id=event.event_id, reason=told))
            return
        if judged is None or self._waiting(mail.number) != path:
            return
        (payload,) = judged
        self._recorder.append(
            EventReceived(
                node=path,
                number=mail.number,
                event_id=event.event_id,
                topic=event.topic,
                payload=self._recorder.payloads.keep_json(payload),
                key=event.key,
                hops=event.hops,
            )
        )

    async def _judged(self, event: BusEvent, path: str) -> tuple[object] | None:
        """Return what the event says if it is what the node waits for. Raises what makes that impossible to say."""
        node = self._app.node_at(path, self._recorder.state)
        assert isinstance(node, EventNode), "only such a node waits for an event"
        if event.hops > HOPS_MAX:
            raise InputError(
                f"expected at most {HOPS_MAX} hops, found {event.hops}: runs react to each other in a ring"
            )
        if event.topic != node.topic:
            raise InputError(f"expected an event on {node.topic}, as the flow has it now, found one on {event.topic}")
        if event.body is None:
            raise InputError("expected an event that can be read, found one that was erased")
        if event.is_personal and not await self._is_of_same_person(event.run):
            raise InputError("expected an event about nobody, or about the person whom this run is about")
        payload = self._app.topics_by_name[node.topic].read(event.body)
        if node.when is None:
            return (payload,)
        values = Values(self._recorder.state, self._recorder.payloads)
        return (payload,) if await values.evaluate(node.when, path, {EVENT: seen(event, payload)}) else None

    async def _is_of_same_person(self, run: RunId | None) -> bool:
        try:
            theirs = None if run is None else (await self._store.head(run)).subject
        except RunNotFound:
            return False
        return theirs is not None and theirs == (await self._store.head(self._recorder.state.run)).subject

    def _waiting(self, number: int) -> str | None:
        """Return the path of the node whose wait has that number, if it still waits."""
        state = self._recorder.state
        waits = ((path, state.nodes[path].wait) for path in state.event_waits)
        return next((path for path, wait in waits if wait is not None and wait.number == number), None)
