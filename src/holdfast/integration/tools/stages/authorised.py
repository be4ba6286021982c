"""Whether a policy allows the call."""

from holdfast.governance.verdict import CallRequest, DecisionPoint, Deny
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Invocation, Refused
from holdfast.kernel.outcomes import ErrorKind


class Authorised:
    """Asks the decision point. What that raises stops the call: a guard fails closed."""

    name = "authorised"

    def __init__(self, decides: DecisionPoint) -> None:
        self._decides = decides

    async def run(self, invocation: Invocation) -> End | None:
        verdict = invocation.verdict = self._decides.decide(_request(invocation))
        if isinstance(verdict, Deny):
            return Refused(fault(ErrorKind.NOT_GRANTED, verdict.reason, hint=verdict.advice))
        return None


def _request(invocation: Invocation) -> CallRequest:
    tool, order, state = invocation.tool, invocation.order, invocation.desk.recorder.state
    return CallRequest(
        tool=tool.name,
        arguments={each.name: invocation.values.get(each.name) for each in tool.signature.parameters},
        effect=tool.effect,
        reversibility=tool.reversibility,
        app=state.app,
        node=order.node,
        user=state.user,
        tenant=order.tenant,
    )
