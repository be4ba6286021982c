"""Begins the child runs of a run, and takes in how they ended: the thin shell around ``orchestration.children``."""

from holdfast.execution.actions import BeginChild
from holdfast.journal.events import ChildBegun, ChildEnded, ChildRecalled, ChildStarted, NodeLeft
from holdfast.journal.events.bus import Cause
from holdfast.journal.fold.state import ChildState, RunState
from holdfast.journal.mail import ChildOver
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import Store
from holdfast.journal.recorder import Recorder
from holdfast.journal.snapshots import current
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError, InputError, RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.kernel.limits import NOTHING_SPENT, taken_by
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.driving.kin import ChildRequest, Kin, Lineage
from holdfast.orchestration.driving.lending import charged, share_of
from holdfast.orchestration.flow.nodes import ChildNode
from holdfast.orchestration.moves.children import DEPTH_MAX, NOT_NEEDED, child_at, circle, line_below
from holdfast.orchestration.moves.retrying import limited_from
from holdfast.orchestration.values.rounds import result_path
from holdfast.orchestration.values.values import Values


class Parenting:
    """Looks after the children of one claim of one run. Whatever becomes of them is recorded."""

    def __init__(self, app: App, recorder: Recorder, store: Store, clock: Clock, kin: Kin) -> None:
        self._app, self._recorder = app, recorder
        self._store, self._clock, self._kin = store, clock, kin

    async def begin(self, work: BeginChild) -> None:
        """Lend the child its share, and begin it once that is durable. What cannot be begun fails its node."""
        recorder = self._recorder
        child = child_at(recorder.state, work.path, work.number)
        if child not in recorder.state.children:
            fault = await self._start(work, child)
            if fault is not None and self._is_entered(work.path):
                recorder.append(NodeLeft(node=work.path, outcome=Outcome.FAILED, fault=fault))
            if child not in recorder.state.children:
                return
        await recorder.durable()
        try:
            await self._kin.begin(await self._request(recorder.state.children[child]))
        except (InputError, DefinitionError) as error:
            self._give_up(recorder.state.children[child], error)
            return
        await self._kin.stir(child)  # first, for this work is wanted no longer once the next line is written
        if recorder.state.children[child].outcome is None:
            recorder.append(ChildBegun(node=work.path, child=child))

    async def hear(self, mail: ChildOver) -> None:
        """Take in what a child has come to. It is read in the child's own journal, and kept in this run's."""
        state = self._recorder.state
        if not _is_open(state, mail.child):
            return
        try:
            ended = (await current(self._store, mail.child)).state
            value = await Values(ended, await self._payloads_of(ended)).of(result_path(ended))
        except RunNotFound:
            self._lose(state.children[mail.child])
            return
        if not ended.is_over or not _is_open(self._recorder.state, mail.child):
            return
        outcome = ended.outcome or Outcome.FAILED
        self._recorder.append(
            ChildEnded(
                node=state.children[mail.child].node,
                child=mail.child,
                outcome=outcome,
                spend=charged(ended.spend, state.children[mail.child].budget),
                result=self._recorder.payloads.keep_json(value) if outcome.is_success else None,
                fault=ended.fault,
            )
        )

    async def recount(self) -> None:
        """Take in what children have come to of which no letter has told: that happens to a run that was moved."""
        state = self._recorder.state
        for child in state.children_open:
            if state.children[child].is_begun:
                await self.hear(ChildOver(child=child))

    async def _start(self, work: BeginChild, child: RunId) -> Fault | None:
        """Record that the child is about to begin, if its node was not left meanwhile; or say why it cannot."""
        recorder, node = self._recorder, self._app.node_at(work.path, self._recorder.state)
        assert isinstance(node, ChildNode), "only such a node starts a run"
        given = recorder.state.nodes[work.path].input
        if recorder.state.depth >= DEPTH_MAX:
            told = f"expected at most {DEPTH_MAX} levels of runs below the first, found one more: begin fewer"
            return Fault(ErrorKind.BUDGET, told)
        try:
            app = self._kin.find(node.app)
            asked = app.validate(None if given is None else await recorder.payloads.fetch_json(given))
        except InputError as error:
            return Fault(ErrorKind.BAD_ARGUMENTS, str(error))
        except DefinitionError as error:
            return Fault(ErrorKind.CHILD_FAILED, str(error))
        if not self._is_entered(work.path):
            return None
        if (again := circle(recorder.state, node.app, recorder.payloads.id_of_json(asked))) is not None:
            return again
        # From here on nothing waits: no other branch can take what is found to be left.
        share = share_of(recorder.state, node, work.path, app, self._seconds_left())
        if isinstance(share, Fault):
            return share
        recorder.append(
            ChildStarted(node=work.path, number=work.number, child=child, app=node.app, budget=share, input=given)
        )
        return None

    async def _request(self, child: ChildState) -> ChildRequest:
        state = self._recorder.state
        return ChildRequest(
            lineage=Lineage(
                run=child.run,
                parent=state.run,
                parent_step=child.node,
                depth=state.depth + 1,
                ancestors=line_below(state),
                simulates=state.simulates,
                cause=_cause(state),
            ),
            app=child.app,
            input=None if child.input is None else await self._recorder.payloads.fetch_json(child.input),
            budget=child.budget,
            tenant=state.tenant,
            session=state.session,
            user=state.user,
            model=state.model,
            models=state.models_asked,
            is_batch=state.is_batch,
        )

    def _give_up(self, child: ChildState, error: InputError | DefinitionError) -> None:
        """Record that the child will never be; should a driver that was overtaken begin it yet, it ends at once."""
        if child.outcome is not None:
            return
        kind = ErrorKind.BAD_ARGUMENTS if isinstance(error, InputError) else ErrorKind.CHILD_FAILED
        recalled = ChildRecalled(node=child.node, child=child.run, reason=NOT_NEEDED)
        ended = ChildEnded(
            node=child.node,
            child=child.run,
            outcome=Outcome.FAILED,
            spend=NOTHING_SPENT,
            fault=Fault(kind, str(error)),
        )
        self._recorder.append(recalled, ended)

    def _lose(self, child: ChildState) -> None:
        """Give up a child that is not in this store: what it spent is not known, so the worst is assumed."""
        told = f"child run {child.run} is not in this store: nobody knows what it gave"
        self._recorder.append(
            ChildEnded(
                node=child.node,
                child=child.run,
                outcome=Outcome.FAILED,
                spend=taken_by(child.budget),
                fault=Fault(ErrorKind.CHILD_FAILED, told),
            )
        )

    def _is_entered(self, path: str) -> bool:
        """Whether the node still runs: its time may be up in the very turn in which something else was read."""
        return self._recorder.state.nodes[path].outcome is None

    def _seconds_left(self) -> float | None:
        state = self._recorder.state
        if state.budget.seconds is None:
            return None
        return limited_from(state) + state.budget.seconds - self._clock.now()

    async def _payloads_of(self, state: RunState) -> Payloads:
        return Payloads(self._store, state.run, await self._store.tenant_key(state.tenant))


def _is_open(state: RunState, child: RunId) -> bool:
    return child in state.children and state.children[child].outcome is None


def _cause(state: RunState) -> Cause | None:
    """Return what a child's events are caused by: what the run has received last, or was begun for."""
    if state.caused_by is None:
        return None
    topic = "" if state.reacts_to is None else state.reacts_to.topic
    return Cause(state.caused_by, topic, state.hops)
