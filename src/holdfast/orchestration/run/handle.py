"""A run as its caller holds it: follow its events, wait for its result, cancel or resume it."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import Protocol

from holdfast.governance.approvals import OPERATOR
from holdfast.governance.escalation import Escalation
from holdfast.governance.people import ANYBODY, People
from holdfast.integration.gateway.rebuilding import SentPrompt, sent_prompt
from holdfast.integration.gateway.transcript import Transcript, transcript_of
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold import fold
from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Hint, Live
from holdfast.journal.mail import (
    Cancel,
    Drop,
    Mail,
    Reconcile,
    Requeue,
    Resume,
    Settle,
    answer_letter,
    drop_letter,
    encode_mail,
    reconcile_letter,
    settlement_letter,
)
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import Head, Store
from holdfast.journal.snapshots import current
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import AlreadySettled, InputError, JournalError, RunFailed
from holdfast.kernel.ids import LetterId, RunId
from holdfast.kernel.limits import Budget
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import NOTHING_ACHIEVED, Achieved, Settlement
from holdfast.orchestration.application.app import App
from holdfast.orchestration.past.requeue import check_failed, check_heard, letters_for, past_of
from holdfast.orchestration.people.approvals import Wish, decision_of, told_decided
from holdfast.orchestration.people.dead_letters import dropped
from holdfast.orchestration.people.doubts import Doubt, check_settled, doubt_at, doubts_of
from holdfast.orchestration.people.escalations import approvals_of
from holdfast.orchestration.people.following import Entry, Following
from holdfast.orchestration.people.questions import Question, answer_to, question_at, questions_of, told_answered
from holdfast.orchestration.run.achieved import achieved
from holdfast.orchestration.run.telling import check_edited, checked, result_of, told_settled
from holdfast.orchestration.sagas.telling import SagaReport, sagas_of
from holdfast.orchestration.values.rounds import result_path
from holdfast.orchestration.values.values import Values


class Post(Protocol):
    """Puts mail into a run's inbox and has the run driven. Under an id that the inbox has seen it puts nothing.

    Returns the mail as it is put there: without secrets.
    """

    async def __call__(
        self, run: RunId, mail: Mail, letter_id: LetterId | None = None, *, reopens: int | None = None
    ) -> Mail: ...


class Run:
    """One run. Any number of handles may exist for it, in any process that can open its store."""

    def __init__(
        self,
        run: RunId,
        store: Store,
        live: Live,
        post: Post,
        trouble: Callable[[RunId], Exception | None],
        find_app: Callable[[str], App],
        clock: Clock,
        people: People = ANYBODY,
        is_seen_to: Callable[[RunId], bool] = lambda _run: False,
    ) -> None:
        """``trouble`` and ``is_seen_to`` are those of ``Following``."""
        self.id, self._store, self._post = run, store, post
        self._find_app, self._clock, self._people = find_app, clock, people
        self._following = Following(run, store, live, clock, trouble, is_seen_to)

    async def head(self) -> Head:
        """Return what the index knows of it: status, app, times. Raises RunNotFound."""
        return await self._store.head(self.id)

    async def state(self) -> RunState:
        """Return the state after everything recorded so far. Raises RunNotFound."""
        return (await current(self._store, self.id)).state

    async def events(self, after: int = 0, *, follow: bool = True) -> AsyncGenerator[Entry, None]:
        """Yield its events above version ``after``; with ``follow`` also those to come, until it is over or parked.

        One that waits for runs of its own is neither, as long as one of those goes on.
        """
        async with aclosing(self.progress(after, follow=follow)) as items:
            async for item in items:
                if isinstance(item, Entry):
                    yield item

    def progress(self, after: int = 0, *, follow: bool = True) -> AsyncGenerator[Entry | Hint, None]:
        """Yield events like ``events`` and, between them, hints of text as it streams (in the driving process only)."""
        return self._following.progress(after, follow=follow)

    async def wait(self) -> RunState:
        """Return its state once it is over, or waits for somebody outside, or runs of its own do that it waits for.

        Raises DefinitionError if this process drives it, or one that it waits for, and has no such app: waiting would
        be in vain.
        """
        return (await self._following.rested())[0]

    async def result(self) -> object:
        """Wait until it is over and return its value as JSON data. Raises RunFailed if it failed or was parked."""
        state, at_hand = await self._following.rested()
        if state.outcome is None or not state.outcome.is_success:
            achieved = NOTHING_ACHIEVED
            with suppress(JournalError):  # how it ended is told whatever can still be read of it
                achieved = await self.achieved(state)
            raise RunFailed(self.id, state.outcome, state.fault, state.parked, spend=state.spend, achieved=achieved)
        return await Values(state, at_hand or await self.payloads(state)).of(result_path(state))

    async def value(self, state: RunState, path: str | None = None) -> object:
        """Return the value of the node at ``path``, by default the run's result; None if it has none."""
        return await Values(state, await self.payloads(state)).of(path or result_path(state))

    async def achieved(self, state: RunState) -> Achieved:
        """Return what it has come to so far: what its nodes gave, and what agents without an answer last said."""
        return await achieved(state, await self.payloads(state))

    async def sagas(self) -> list[SagaReport]:
        """Return what its sagas that are not whole have done, undone and not undone. Raises RunNotFound."""
        return sagas_of(await self.state())

    async def variables(self, state: RunState) -> dict[str, object]:
        """Return its variables, by name, as they are seen outside of every block."""
        return await Values(state, await self.payloads(state)).variables()

    async def payloads(self, state: RunState) -> Payloads:
        """Return a reader of its payloads."""
        return Payloads(self._store, self.id, await self._store.tenant_key(state.tenant))

    async def transcript(self) -> Transcript:
        """Return what the models were asked and replied so far: ``holdfast.testing.RecordedModel`` replays it."""
        recorded = await self._store.read(self.id)
        return await transcript_of(recorded, (await self.payloads(fold(recorded))).fetch_all)

    async def prompt(self, turn: int, node: str = "", attempt: int | None = None) -> SentPrompt:
        """Return what the model was sent in that turn, exactly: messages, tools, the length allowed.

        ``node`` may be left out where one agent only has taken such a turn; without ``attempt`` the last one is meant.
        Raises InputError for a turn that was not taken, JournalError if what is kept is not what was sent.
        """
        recorded = await self._store.read(self.id)
        return await sent_prompt(recorded, (await self.payloads(fold(recorded))).fetch_all, turn, node, attempt)

    async def cancel(self, reason: str, by: str = "caller", *, abandons_doubts: bool = False) -> None:
        """Ask for it to end; what was already done stays done. Harmless if it is over. Raises RunNotFound.

        It ends once nothing of it is in doubt; with ``abandons_doubts`` at once, naming what nobody will ever know.
        """
        await self._post(self.id, Cancel(reason, by, abandons_doubts))

    async def resume(self, by: str = "caller") -> None:
        """Have it driven again if it was parked. Raises RunNotFound."""
        await self._post(self.id, Resume(by))

    async def reconcile(
        self, node: str, turn: int, attempt: int, usage: Usage, *, by: str = "caller", note: str = ""
    ) -> None:
        """Say what a model call has consumed that is charged in full because its reply was never seen.

        ``RunState.unseen`` lists them. Raises InputError if there is no such call, or the run is over and its account
        closed; RunNotFound.
        """
        state = await self.state()
        unseen = [f"{call.node} turn {call.turn} attempt {call.attempt}" for call in state.unseen]
        told = f"unseen are: {', '.join(unseen) or 'none'}"
        if state.is_over:
            raise InputError(f"expected a run that goes on, found {self.id} {state.status}: its account is closed")
        place = (node, turn, attempt)
        charged = next((call.charged for call in state.unseen if (call.node, call.turn, call.attempt) == place), None)
        if charged is None:
            raise InputError(f"expected a model call whose reply was never seen, found {node} turn {turn}: {told}")
        mail = Reconcile(node=node, turn=turn, attempt=attempt, usage=usage, by=by, note=note, charged=charged)
        await self._post(self.id, mail, reconcile_letter(charged))

    async def requeue(
        self,
        *,
        from_step: str = "",
        repeats_effects: bool = False,
        budget: Budget | None = None,
        by: str = "caller",
        note: str = "",
    ) -> None:
        """Have it go on after it has failed, keeping all that succeeded; one that waits to be tried again does so now.

        With ``from_step`` that step and what follows on it is done again; ``repeats_effects`` allows that effects are
        which were done already. ``budget`` raises limits, of the run and of its agents. Twice is once. Raises
        InputError where nothing is to be requeued so, or somebody else has had it go on otherwise; RunNotFound.
        """
        state = await self.state()
        wish = Requeue(
            version=state.version,
            by=by,
            note=note,
            from_step=from_step,
            repeats_effects=repeats_effects,
            budget=budget,
        )
        past = await past_of(self._store, state, wish)
        for mail, letter_id, reopens in letters_for(state, past, wish):
            await self._post(self.id, mail, letter_id, reopens=reopens)
        check_heard(wish, await self._store.inbox(self.id))

    async def drop(self, *, by: str = "caller", note: str = "") -> None:
        """Take it out of the dead-letter queue; it stays as it ended. Twice is once. Raises InputError, RunNotFound."""
        state = await self.state()
        check_failed(state)
        await self._post(self.id, Drop(version=state.version, by=by, note=note), drop_letter(state.version))

    async def dropped(self) -> Drop | None:
        """Return who took it out of the dead-letter queue, if somebody did. Raises RunNotFound."""
        return dropped((await self.head()).version, await self._store.inbox(self.id))

    async def doubts(self) -> list[Doubt]:
        """Return what of it is in doubt. Raises RunNotFound."""
        state = await self.state()
        return await doubts_of(state, await self.payloads(state))

    async def settle(
        self,
        path: str,
        how: Settlement,
        result: object = None,
        *,
        by: str = "caller",
        note: str = "",
    ) -> None:
        """Say what became of the effect in doubt at ``path``; the run goes on by itself.

        ``result``, as JSON data, is what the tool would have returned if it happened. Of several who settle the same
        doubt one is heard. Raises AlreadySettled for the others, InputError for a path or result that does not fit and
        for DID_NOT while what was sent may still arrive, DefinitionError if this process has no such tool to check the
        result against, RunNotFound.
        """
        state = await self.state()
        step = doubt_at(state, path)
        path = path or state.doubts[0]
        if how is Settlement.DID_NOT:
            check_settled(path, step, self._clock.now())
        body = result_of(self._version_of(state), state, path, result) if how is Settlement.HAPPENED else None
        mail = Settle(
            path=path,
            attempt=step.attempt,
            how=checked(how),
            by=by,
            note=note,
            result=body,
            requeues=state.requeues,
        )
        await self._post_first(
            mail, settlement_letter(path, step.attempt, state.requeues), lambda body: told_settled(path, body)
        )

    async def questions(self) -> list[Question]:
        """Return what it asks of people, in the order of asking. Raises RunNotFound."""
        state = await self.state()
        return await questions_of(state, await self.payloads(state))

    async def answer(
        self,
        path: str,
        choice: str = "",
        value: object = None,
        *,
        number: int | None = None,
        by: str = "caller",
        note: str = "",
    ) -> None:
        """Answer the question at ``path``, its only one if that is empty; the run goes on by itself.

        ``value`` is JSON data given beside the choice; a free answer may be a value alone. ``number``, if given, is the
        question that is meant. Of several who answer one is heard. Raises AlreadySettled for the others and for whoever
        comes too late, InputError for a path, choice or value that does not fit, RunNotFound.
        """
        node = question_at(await self.state(), path)
        mail = answer_to(node, choice, value, by, note, number=number, now=self._clock.now())
        await self._post_first(mail, answer_letter(mail.path, mail.number), lambda body: told_answered(mail.path, body))

    async def approvals(self) -> list[Escalation]:
        """Return which of its calls wait for people to say yes, in the order of asking. Raises RunNotFound."""
        state = await self.state()
        return await approvals_of(state, await self.payloads(state))

    async def decide(
        self,
        path: str,
        ruling: Ruling,
        arguments: object = None,
        *,
        by: str,
        digest: str = "",
        of: str = OPERATOR,
        roles: Sequence[str] = (),
        note: str = "",
    ) -> None:
        """Say yes or no to the call at ``path``, its only one that waits if that is empty; the run goes on by itself.

        ``digest`` is that of the escalation which was looked at, or the beginning of it: whoever approves or edits says
        what of. ``arguments`` are those to call with instead, for EDIT. Of two who decide at once one is heard. Raises
        AlreadySettled for the other, for who comes too late, and where what was looked at has changed; InputError for
        who may not decide, and arguments that do not fit; RunNotFound.
        """
        wish = Wish(path, ruling, by, digest, of, self._people.roles_of(by, of, roles), note, arguments)
        state = await self.state()
        if ruling is Ruling.EDIT:
            check_edited(self._version_of(state), state, wish)
        mail, letter_id = decision_of(state, await self._store.inbox(self.id), wish, self._clock.now())
        await self._post_first(mail, letter_id, lambda body: told_decided(mail.path, body))

    async def _post_first(self, mail: Mail, letter_id: LetterId, told: Callable[[bytes], str]) -> None:
        """Post ``mail`` under an id that is taken once. Raises AlreadySettled if another letter has it."""
        posted = encode_mail(await self._post(self.id, mail, letter_id))
        for letter in await self._store.inbox(self.id):
            if letter.letter_id == letter_id and letter.body != posted:
                raise AlreadySettled(told(letter.body))

    def _version_of(self, state: RunState) -> App:
        """Return the version of its app that it runs under, or else the present one. Raises DefinitionError."""
        app = self._find_app(state.app)
        return app.under(state.definitions) or app
