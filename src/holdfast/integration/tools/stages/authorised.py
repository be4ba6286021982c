"""Whether the policies let this call through, as things stand now."""

from holdfast.governance.verdict import Allow, Ask, CallRequest, DecisionPoint, Deny, Verdict
from holdfast.integration.tools.caught import Raised, caught
from holdfast.integration.tools.circumstances import Caller, request_of
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Expired, Invocation, Refused
from holdfast.kernel.outcomes import ErrorKind, Fault

DO_WITHOUT = "do not make the same call again: go on without it, and say in your answer what was not done"


class Authorised:
    """Has the policies decide and keeps their verdict; refuses what they deny, and says which of them and why.

    A call that waited for somebody passes here again: what was allowed then may be denied now. Where deciding fails,
    the call is refused. A call that may have been made already is in doubt when it may not be sent again: refusing it
    would say that nothing was done.
    """

    name = "authorised"

    def __init__(self, decides: DecisionPoint, caller: Caller) -> None:
        self._decides, self._caller = decides, caller

    async def run(self, invocation: Invocation) -> End | None:
        invocation.verdict = verdict = self._verdict(request_of(invocation, self._caller))
        invocation.autonomy = self._caller.autonomy
        match verdict:
            case Allow() | Ask():
                return None
            case Deny():
                is_open = invocation.effect.needs_intent and not invocation.order.is_first
                told = _told(invocation.tool.name, verdict)
                return Expired(told.message) if is_open else Refused(told)

    def _verdict(self, request: CallRequest | None) -> Verdict:
        if request is None:
            return Deny("its arguments cannot be written as JSON, so no policy can be applied to them")
        decided = caught(self._decides.decide, request)
        if isinstance(decided, Raised):
            return Deny(f"the policies could not be applied ({type(decided.error).__name__}: {decided.error})")
        return decided


def _told(tool: str, verdict: Deny) -> Fault:
    by = f" by {', '.join(verdict.policies)}" if verdict.policies else ""
    message = f"{tool} was not called: denied{by}: {verdict.reason}"
    return fault(ErrorKind.DENIED, message, hint=verdict.advice or DO_WITHOUT)
