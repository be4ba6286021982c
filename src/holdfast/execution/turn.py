"""Takes one turn: assembles the context, records the intent, calls the model, records what came back."""

import asyncio

import msgspec

from holdfast.context.assembly import Assembly
from holdfast.context.ratios import Ratios
from holdfast.execution.acting import acting_on
from holdfast.execution.actions import CallModel
from holdfast.execution.additions import Pieces, additions, opening
from holdfast.execution.agent import Agent
from holdfast.execution.calling import Calling, asked_for
from holdfast.execution.estimating import Estimates
from holdfast.execution.offered import Offered, Offers, offered
from holdfast.execution.paying import Purse, paid
from holdfast.execution.reserving import Reserving, exceeding
from holdfast.execution.sending import Sending, outrun
from holdfast.execution.stop import observe
from holdfast.execution.talk import Talk
from holdfast.execution.window import too_long
from holdfast.governance.budget import Reservation
from holdfast.governance.ledger import Spent
from holdfast.governance.redaction.known import NOTHING_KNOWN, Known
from holdfast.governance.redaction.stream import Stream
from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest
from holdfast.integration.gateway.routing.caller import ANYBODY, Caller
from holdfast.integration.tools.registry import Registry
from holdfast.journal.events import AllowanceAwaited, ModelCalled, ModelFailed, ModelReplied, NodeLeft
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.fold.state import NodeState
from holdfast.journal.live import Hint, Live
from holdfast.journal.recorder import Recorder
from holdfast.kernel import paths
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.ids import RunId
from holdfast.kernel.messages import Reply
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.kernel.provenance import Provenance, Trust
from holdfast.kernel.randomness import Randomness
from holdfast.kernel.tokens import unreturned_tokens


class Turns:
    """Takes the turns of one run's agents."""

    __slots__ = (
        *("_calling", "_clock", "_estimates", "_gateway", "_known", "_live"),
        *("_offered", "_purse", "_randomness", "_recorder", "_reserving", "_talks"),
    )

    def __init__(
        self,
        gateway: Gateway,
        recorder: Recorder,
        clock: Clock,
        randomness: Randomness,
        live: Live,
        offers: Offers,
        ratios: Ratios,
        purse: Purse,
        caller: Caller = ANYBODY,
        known: Known = NOTHING_KNOWN,
    ) -> None:
        """``offers`` is shared by the runs of an app, ``ratios`` by those of a process; ``caller`` is the run, and
        ``known`` are the secrets that nobody may see, whoever says them."""
        self._gateway, self._recorder, self._clock = gateway, recorder, clock
        self._randomness, self._live = randomness, live
        self._talks: dict[str, Talk] = {}
        self._offered, self._purse = offers, purse
        self._estimates = Estimates(ratios)
        self._reserving = Reserving(gateway.price, gateway.is_hedged, recorder)
        self._calling = Calling(gateway, clock, randomness, caller)
        self._known = known

    async def take(self, action: CallModel, agent: Agent, registry: Registry, granted: frozenset[str]) -> None:
        """Take the turn that ``action`` names; whatever becomes of it is recorded."""
        if action.not_before is not None:
            await self._clock.sleep(action.not_before - self._clock.now())
        offer = self._offered.get((agent.name, granted))
        if offer is None:
            offer = self._offered[agent.name, granted] = offered(agent, registry, granted)
        prepared = await self._prepare(action, agent, offer)
        if isinstance(prepared, Fault):
            self._recorder.append(NodeLeft(node=action.path, outcome=Outcome.FAILED, fault=prepared))
            return
        if isinstance(prepared, Spent):
            self._wait(action, prepared)
            return
        state, sending = self._state(action), Sending(self._recorder, action)
        hinter = _Hinter(self._live, self._recorder.state.run, prepared.step, action.attempt, self._clock, self._known)
        started = self._clock.now()
        try:
            await self._recorder.durable()
            started = self._clock.now()
            caller = self._calling.caller(action, agent, state.prompt_tokens, is_hedged=state.is_hedged)
            reply = await self._gateway.call(state.model, prepared, hinter, caller, sending.sent)
        except ModelCallFailed as failed:
            self._failed(action, agent, failed, self._clock.now() - started)
        except asyncio.CancelledError:
            sending.cut_off()
            raise
        else:
            hinter.end()
            first = None if hinter.first_at is None else hinter.first_at - started
            state = self._state(action) if state.is_hedged else state  # one of two may have been charged meanwhile
            self._replied(action, agent, state, reply, self._clock.now() - started, first)

    async def _prepare(self, action: CallModel, agent: Agent, offer: Offered) -> ModelRequest | Fault | Spent:
        """Assemble the request and record the intent, or say why the call cannot be made, or not yet."""
        recorder, state = self._recorder, self._state(action)
        try:
            new = await self._new_pieces(action, agent, state)
        except ExpressionError as error:
            return Fault(ErrorKind.EXPRESSION, str(error))
        talk = self._talks.get(action.path)
        if talk is None:
            talk = self._talks[action.path] = Talk(Assembly(recorder.payloads))
        assembled = await talk.assembly.assemble(state, new)
        reserved = await paid(lambda: self._reserving.reserve(action, agent, assembled, offer.tokens_max), self._purse)
        if not isinstance(reserved, Reservation):
            return reserved
        # From here on nothing waits: no other branch can spend what is found to be left.
        estimate = self._estimates.of(action.path, reserved.model, offer, state, assembled.tokens_added)
        tokens = min(estimate.tokens, reserved.input_tokens_max)
        if (unreadable := too_long(self._gateway.window(reserved.model), tokens, assembled.messages)) is not None:
            return unreadable
        allowance = reserved.output_tokens_max
        request = ModelRequest(assembled.messages, offer.offer, allowance, paths.turn(action.path, action.turn))
        recorder.append(
            ModelCalled(
                node=action.path,
                turn=action.turn,
                attempt=action.attempt,
                model=reserved.model,
                request=talk.digest(request, offer),
                added=assembled.added,
                tools=talk.kept(offer, recorder.payloads),
                messages=len(assembled.messages),
                tokens=tokens,
                reserved=reserved.tokens,
                tokens_high=min(estimate.tokens_high, reserved.input_tokens_max),
                adrift=talk.adrift(agent, assembled.messages),
                agent=agent.name,
                tokens_max=reserved.input_tokens_max,
                reserved_usd=reserved.usd,
                is_hedged=reserved.is_hedged,
            )
        )
        return request

    def _wait(self, action: CallModel, spent: Spent) -> None:
        assert spent.renews_at is not None, "what is never renewed is not waited for"
        self._recorder.append(
            AllowanceAwaited(node=action.path, allowance=spent.owner, reason=spent.why, renews_at=spent.renews_at)
        )

    async def _new_pieces(self, action: CallModel, agent: Agent, state: AgentState) -> Pieces:
        if action.attempt > 1:
            return ()
        if action.turn > 1:
            return await additions(agent, state, self._recorder.payloads)
        self._forget_ended()
        return await opening(agent, self._node(action), self._recorder.state, self._recorder.payloads)

    def _forget_ended(self) -> None:
        """Keep no prompt of an agent that has ended: a wide map would keep them all."""
        nodes = self._recorder.state.nodes
        for path in [path for path in self._talks if nodes[path].outcome is not None]:
            del self._talks[path]
            self._estimates.forget(path)
            self._calling.forget(path)

    def _replied(
        self, action: CallModel, agent: Agent, state: AgentState, reply: Reply, seconds: float, first: float | None
    ) -> None:
        """Record what the call has come to that was made in ``state``."""
        reply = self._known.value(reply)
        observed = observe(reply, agent.answer)
        self._estimates.replied(action.path, reply.usage)
        exceeded = exceeding(action, state, reply.usage)
        payloads = self._recorder.payloads
        message = msgspec.structs.replace(reply.message, provenance=Provenance(f"model:{reply.model}", Trust.UNTRUSTED))
        self._recorder.append(
            *outrun(action, self._state(action), reply.way),
            ModelReplied(
                node=action.path,
                turn=action.turn,
                attempt=action.attempt,
                reply=payloads.keep_message(message),
                stop=reply.stop,
                usage=reply.usage,
                model=reply.model,
                seconds=asked_for(seconds, reply.way),
                calls=acting_on(observed.calls, reply.message, agent.with_resource),
                answer=payloads.keep_json(observed.answer) if observed.has_answer else None,
                defect=observed.defect,
                unreturned=unreturned_tokens(reply),
                prices=reply.prices,
                first_token_seconds=None if first is None else asked_for(first, reply.way),
                way=reply.way,
            ),
            *exceeded,
        )

    def _failed(self, action: CallModel, agent: Agent, failed: ModelCallFailed, seconds: float) -> None:
        state = self._state(action)
        attempt = action.attempt - state.attempts_before
        may_retry = failed.fault.retryable and attempt < agent.model_attempts_max
        retry_at = self._calling.retry_at(attempt, failed, state.model) if may_retry else None
        self._calling.failed(action.path, failed.way)
        self._recorder.append(
            *outrun(action, state, failed.way),
            ModelFailed(
                node=action.path,
                turn=action.turn,
                attempt=action.attempt,
                fault=failed.fault,
                seconds=asked_for(seconds, failed.way),
                retry_at=retry_at,
                is_charged=failed.may_be_billed,
                cost_usd=state.reserved_usd_for_one if failed.may_be_billed else None,
                way=failed.way,
            ),
        )

    def _node(self, action: CallModel) -> NodeState:
        node = self._recorder.state.nodes.get(action.path)
        assert node is not None, "a turn is taken of an entered node"
        return node

    def _state(self, action: CallModel) -> AgentState:
        agent = self._recorder.state.nodes[action.path].agent
        assert agent is not None, "a turn is taken of an agent's node"
        return agent


class _Hinter:
    """Passes streamed text on as hints, counting the offset; ``first_at`` is when the first of the reply came."""

    __slots__ = ("_attempt", "_clock", "_is_veiled", "_live", "_offset", "_run", "_step", "_stream", "first_at")

    def __init__(self, live: Live, run: RunId, step: str, attempt: int, clock: Clock, known: Known) -> None:
        """Of what is ``known`` nothing is passed on, whoever begins to listen in the middle of it."""
        self._live, self._run, self._step, self._attempt, self._clock = live, run, step, attempt, clock
        self._stream, self._is_veiled = Stream(known), bool(known)
        self._offset = 0
        self.first_at: float | None = None

    def __call__(self, text: str) -> None:
        if self.first_at is None:
            self.first_at = self._clock.now()
        if self._is_veiled or self._live.is_heard(self._run):
            self._pass_on(self._stream.feed(text))
        else:
            self._offset += len(text)

    def end(self) -> None:
        """Pass on what was held back until it was sure that no secret begins there."""
        self._pass_on(self._stream.rest())

    def _pass_on(self, text: str) -> None:
        if text and self._live.is_heard(self._run):
            self._live.hint(Hint(self._run, self._step, self._attempt, self._offset, text))
        self._offset += len(text)
