"""A counter at which people decide: a policy that asks, agents that pay, and what is recorded of both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from holdfast.execution.agent import Agent
from holdfast.governance.verdict import Allow, Ask, Asking, CallRequest, Verdict
from holdfast.integration.gateway.lines import answer, call
from holdfast.journal.fold.state import RunState
from holdfast.kernel.messages import ToolResult
from holdfast.kernel.messages_codec import decode_message
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import AgentNode
from holdfast.orchestration.run.handle import Run
from tests.orchestration.bank import Bank, card, cash, wire
from tests.runtime.stage import Stage, desk

OPERATOR, CUSTOMER = Asking(), Asking(of="user")
CALL = "root/turn.1/call.1"
PAID = "paid"


@dataclass
class Rule:
    """Asks of each call of the named tools for what is declared; it can be changed while runs wait."""

    asking: tuple[Asking, ...] = (OPERATOR,)
    tools: frozenset[str] = frozenset(("cash", "card", "wire", "voucher"))
    verdict: Callable[[CallRequest], Verdict] | None = None

    def decide(self, request: CallRequest) -> Verdict:
        if self.verdict is not None:
            return self.verdict(request)
        return Ask("it pays", self.asking) if request.tool in self.tools else Allow()


def paying_agent(**changes: Any) -> Agent:
    """Return an agent that may pay in every way."""
    return desk(**{"tools": (cash, card, wire), **changes})


def counter(bank: Bank, *agents: Agent) -> App:
    """Return an app of one agent that pays at ``bank``."""
    return bank.app(AgentNode("root", "desk"), agents=agents or (paying_agent(),), functions=())


def pays(what: str = "rent", by: str = "cash", **more: object) -> Any:
    """Return a script: one call that pays, then the answer."""
    return (call(by, {"what": what, **more}), answer(PAID))


async def waiting(stage: Stage, run: Run, *paths: str) -> RunState:
    """Return the run's state once it is parked for somebody to say yes."""
    state = await stage.ended(run)
    assert (state.status, state.approvals) == ("WAITING", paths or (CALL,))
    return state


async def shown(run: Run, at: int = 0) -> ToolResult:
    """Return one of the results that the agent has been shown."""
    state = await run.state()
    payloads = await run.payloads(state)
    node = state.nodes["root"]
    assert node.agent is not None
    found = [decode_message(body) for body in await payloads.fetch_all(node.agent.prompt)]
    return [part for message in found for part in message.parts if isinstance(part, ToolResult)][at]
