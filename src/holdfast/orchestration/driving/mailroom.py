"""Reads a run's inbox: each letter becomes events, once."""

from msgspec.structs import replace

from holdfast.integration.tools.invocation import Desk
from holdfast.journal.events import CancelRequested, MailRead, ModelReconciled, QuestionAnswered, RetryDue
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.mail import (
    Answer,
    Cancel,
    ChildOver,
    Decide,
    Drop,
    EventCame,
    LateOutcome,
    Mail,
    Reconcile,
    Requeue,
    Resume,
    RetryNow,
    Settle,
    decode_mail,
)
from holdfast.journal.port import RunIndex
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.messages import Usage
from holdfast.orchestration.driving.equipment import Equipment
from holdfast.orchestration.driving.parenting import Parenting
from holdfast.orchestration.driving.receiving import Receiving
from holdfast.orchestration.driving.settling import Settling
from holdfast.orchestration.people.approvals import heard


class Mailroom:
    """Reads the inbox of one run under one claim."""

    def __init__(
        self,
        index: RunIndex,
        desk: Desk,
        equipment: Equipment,
        clock: Clock,
        parenting: Parenting,
        receiving: Receiving,
    ) -> None:
        self._index, self._desk, self._recorder, self._parenting = index, desk, desk.recorder, parenting
        self._equipment, self._clock = equipment, clock
        self._receiving = receiving

    async def read(self) -> None:
        """Record what the letters say that have come since the inbox was last read."""
        state = self._recorder.state
        letters = await self._index.inbox(state.run, state.inbox_read)
        if self._recorder.state.is_over:
            return
        for letter in letters:
            await self._take(decode_mail(letter.body))
        if letters:
            self._recorder.append(MailRead(position=letters[-1].position))

    async def _take(self, mail: Mail) -> None:
        match mail:
            case Cancel(reason, by, abandons_doubts):
                self._recorder.append(CancelRequested(reason=reason, by=by, abandons_doubts=abandons_doubts))
                await self._parenting.recount()
            case Settle() | LateOutcome():
                await Settling(self._equipment, self._desk, self._clock).hear(mail)
            case Reconcile():
                self._reconcile(mail)
            case Answer():
                self._hear(mail)
            case Decide():
                self._rule(mail)
            case RetryNow():
                self._hasten(mail)
            case ChildOver():
                await self._parenting.hear(mail)
            case Resume():
                await self._parenting.recount()
            case EventCame():
                await self._receiving.hear(mail)
            case Requeue() | Drop():
                pass  # of an end that this run has not come to, or has left behind

    def _reconcile(self, mail: Reconcile) -> None:
        """Tokens of which nobody says what they cost are charged at the price of the model that was asked."""
        usage = mail.usage
        if usage.cost_usd is None:
            calls = (call for call in self._recorder.state.unseen if call.charged == mail.charged)
            usage = next((self._priced(call.model, usage) for call in calls), usage)
        self._recorder.append(
            ModelReconciled(
                node=mail.node,
                turn=mail.turn,
                attempt=mail.attempt,
                usage=usage,
                by=mail.by,
                note=mail.note,
                charged=mail.charged,
            )
        )

    def _priced(self, model: str, usage: Usage) -> Usage:
        try:
            price = self._equipment.gateway.price(model)
        except HoldfastError:  # it is not offered any more
            price = None
        return usage if price is None else replace(usage, cost_usd=price.cost_usd_at_most(usage))

    def _hasten(self, mail: RetryNow) -> None:
        """Let a node's next try come now, if it still waits after that one."""
        node = self._recorder.state.nodes.get(mail.path)
        if node is not None and node.retry_at is not None and node.tries == mail.attempt:
            self._recorder.append(RetryDue(node=mail.path, attempt=mail.attempt, by=mail.by))

    def _rule(self, mail: Decide) -> None:
        """Record a decision of a call that still waits for it, by somebody who may."""
        event = heard(self._recorder.state, mail)
        if event is None:
            return
        if event.ruling is Ruling.EDIT and mail.arguments is not None:
            event = replace(event, arguments=self._recorder.payloads.keep(mail.arguments))
        self._recorder.append(event)

    def _hear(self, mail: Answer) -> None:
        """Record an answer to a question that is still open."""
        state = self._recorder.state
        node = state.nodes.get(mail.path)
        if mail.path not in state.questions or node is None or node.question is None:
            return
        if node.question.number != mail.number or (node.question.options and mail.choice not in node.question.options):
            return
        self._recorder.append(
            QuestionAnswered(
                node=mail.path,
                number=mail.number,
                choice=mail.choice,
                by=mail.by,
                note=mail.note,
                value=None if mail.value is None else self._recorder.payloads.keep(mail.value),
            )
        )
