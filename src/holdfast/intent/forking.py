"""Takes a fork on: a new run that begins with the history of another, durable as a whole or not at all.

The history is copied, with the payloads that it points at: whatever becomes of the original, the fork has its own.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from holdfast.execution.additions import system_message
from holdfast.intent.admit import begun
from holdfast.journal.codec import decode, encode
from holdfast.journal.events import RunForked, RunStarted
from holdfast.journal.events.forks import NewSystem
from holdfast.journal.events.runs import Origin
from holdfast.journal.fold import evolve, fold
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import NO_EPOCH, Commit, Head, NewRun, Payload, Recorded, Store
from holdfast.journal.references import named
from holdfast.journal.snapshots import freeze, is_due
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.kernel.ids import PayloadId, RunId, commit_id, new_run_id
from holdfast.kernel.limits import Budget, unusable
from holdfast.kernel.messages_codec import decode_message, encode_message
from holdfast.kernel.randomness import Randomness
from holdfast.kernel.tokens import message_tokens
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import AgentNode
from holdfast.orchestration.migrating.migrating import adopt
from holdfast.orchestration.past.cutting import Boundary, Cut, cut
from holdfast.prompts.prompt import Prompt

PAYLOADS_AT_ONCE = 500


class ForkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which run is forked where, and what is different from there on."""

    run: RunId
    at: Cut | None = None
    """None: before the last turn or step that it began."""
    is_live: bool = False
    model: str | None = None
    models: Mapping[str, str] = {}
    prompts: Mapping[str, Prompt] = {}
    """System prompts by the agent's name; the empty one stands for the agent whose turn follows."""
    budget: Budget | None = None
    """Limits in place of the original's; either count from the fork on."""
    request_id: str | None = None
    by: str = "caller"
    note: str = ""

    def __post_init__(self) -> None:
        if self.budget is not None and (told := unusable(self.budget)):
            raise InputError(told)


class Forking:
    """Makes forks in one store."""

    def __init__(self, store: Store, find_app: Callable[[str], App], clock: Clock, randomness: Randomness) -> None:
        self._store, self._find_app, self._clock, self._randomness = store, find_app, clock, randomness

    async def prepare(self, request: ForkRequest, engine: str) -> "Prepared":
        """Return what is to be begun. Nothing is written.

        Raises InputError for a place or a change that does not fit, DefinitionChanged if the app has changed and the
        run cannot go on under it, DefinitionError for an agent that it lacks; RunNotFound, Erased, KeyMissing.
        """
        head = await self._store.head(request.run)
        recorded = await self._store.read(request.run)
        boundary = cut(request.run, recorded, request.at)
        now, origin = self._clock.now(), Origin(request.run, boundary.version)
        started = _started(recorded[0], new_run_id(now, self._randomness), origin, request)
        history = (started, *recorded[1 : boundary.version])
        state = fold(history)
        _check_may_be_live(request, state, origin)
        payloads = Payloads(self._store, request.run, await self._store.tenant_key(state.tenant))
        app = self._find_app(state.app)
        version = app.under(state.definitions) or app
        texts = _texts(request, state, boundary, version)
        systems = await _systems(texts, state, version, payloads)
        forked = _forked(request, state, boundary, payloads, texts, systems, engine)
        after = evolve(state, forked, now)
        adopt(after, version)
        return Prepared(
            app=version,
            state=after,
            events=(*history, Recorded(after.version, now, encode(forked))),
            payloads=(*await self._inherited(request.run, history), *payloads.take_staged()),
            head=head,
            request_id=request.request_id,
        )

    async def commit(self, prepared: "Prepared") -> RunId:
        """Begin it and return its id; a request id seen before returns the run it began then. Raises JournalError."""
        state, head = prepared.state, prepared.head
        commit = Commit(
            commit_id=commit_id(state.run, NO_EPOCH, 0),
            run=state.run,
            epoch=NO_EPOCH,
            expected=0,
            events=prepared.events,
            status=state.status,
            payloads=prepared.payloads,
            snapshot=freeze(state) if is_due(state.version, 0) else None,
            begins=NewRun(
                state.tenant,
                state.app,
                prepared.request_id,
                title=state.title,
                subject=head.subject,
                origin=head.run,
            ),
        )
        return begun(commit, await self._store.commit(commit))

    async def _inherited(self, run: RunId, history: Sequence[Recorded]) -> tuple[Payload, ...]:
        """Return the payloads that the history points at, as far as they are still kept."""
        wanted = sorted(named(history))
        found: dict[PayloadId, bytes] = {}
        for start in range(0, len(wanted), PAYLOADS_AT_ONCE):
            found.update(await self._store.payloads(run, wanted[start : start + PAYLOADS_AT_ONCE]))
        return tuple(Payload(identity, body) for identity, body in found.items())


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A fork that is about to begin."""

    app: App
    """The version of its app that it goes on under, or is to be brought to."""
    state: RunState
    events: tuple[Recorded, ...]
    payloads: tuple[Payload, ...]
    head: Head
    """That of the original."""
    request_id: str | None


def _started(first: Recorded, run: RunId, origin: Origin, request: ForkRequest) -> Recorded:
    """Return the first event of the fork: nobody waits for it, and no other request is answered by it."""
    event = decode(first.body)
    assert isinstance(event, RunStarted), "every journal begins so"
    own = replace(
        event, run=run, origin=origin, request_id=request.request_id, parent=None, parent_step="", ancestors=()
    )
    return Recorded(1, first.at, encode(own))


def _check_may_be_live(request: ForkRequest, state: RunState, origin: Origin) -> None:
    """What was made up is no ground to act on in earnest."""
    if request.is_live and state.simulates:
        raise InputError(
            f"expected a history of what was done, found that run {request.run} simulates its effects at version "
            f"{origin.version}: fork the run that it comes from, or take a place before it was forked"
        )


def _texts(request: ForkRequest, state: RunState, boundary: Boundary, app: App) -> dict[str, Prompt]:
    """Return the new prompts by the agent's name. Raises InputError and DefinitionError."""
    texts = {}
    for name, prompt in request.prompts.items():
        agent = name or _whose_turn(state, boundary, app)
        if agent not in app.agents_by_name:
            told = ", ".join(sorted(app.agents_by_name)) or "none"
            raise DefinitionError(f"expected a prompt for an agent of {app.name!r} ({told}), found one for {agent!r}")
        prompt.check()
        texts[agent] = prompt
    return texts


def _whose_turn(state: RunState, boundary: Boundary, app: App) -> str:
    if boundary.turn and (agent := _agent_at(state.nodes[boundary.node], state, app)):
        return agent
    if len(app.agents) == 1:
        return app.agents[0].name
    told = ", ".join(sorted(app.agents_by_name)) or "none"
    raise InputError(f"expected the agent whose prompt is meant, found none at {boundary.before}: name one of {told}")


def _agent_at(node: NodeState, state: RunState, app: App) -> str | None:
    flow_node = app.node_at(node.path, state)
    return flow_node.agent if isinstance(flow_node, AgentNode) else None


async def _systems(texts: Mapping[str, Prompt], state: RunState, app: App, payloads: Payloads) -> tuple[NewSystem, ...]:
    """Return what agents see that have begun and go on under another prompt. Raises ExpressionError."""
    systems = []
    for node in state.nodes.values() if texts else ():
        if node.outcome is not None or node.agent is None or not node.agent.prompt:
            continue
        name = _agent_at(node, state, app) or ""
        if (prompt := texts.get(name)) is not None:
            message = await system_message(prompt, app.agents_by_name[name], node, payloads)
            before = decode_message(await payloads.fetch(node.agent.prompt[0]))
            tokens = message_tokens(message) - message_tokens(before)
            systems.append(NewSystem(node.path, payloads.keep(encode_message(message)), tokens))
    return tuple(sorted(systems, key=lambda each: each.node))


def _forked(
    request: ForkRequest,
    state: RunState,
    boundary: Boundary,
    payloads: Payloads,
    texts: Mapping[str, Prompt],
    systems: tuple[NewSystem, ...],
    engine: str,
) -> RunForked:
    if unknown := request.models.keys() - state.models.keys():
        told = ", ".join(sorted(state.models)) or "none"
        raise DefinitionError(
            f"expected models for agents of {state.app!r} ({told}), found {', '.join(sorted(unknown))}"
        )
    changed = {name: payloads.keep(prompt.text.encode()) for name, prompt in texts.items()}
    asked = {} if request.model is not None else state.models_asked
    assert state.origin is not None, "its first event says so"
    return RunForked(
        origin=state.origin,
        by=request.by,
        note=request.note,
        is_live=request.is_live,
        before=boundary.before,
        budget=request.budget or state.budget,
        models={name: request.models.get(name, request.model or model) for name, model in state.models.items()},
        model=request.model or state.model,
        models_asked={**asked, **request.models},
        prompts={**state.prompts, **changed},
        systems=systems,
        engine=engine,
    )
