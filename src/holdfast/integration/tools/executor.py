"""The one way from a call to the world: a list of stages, and an audit whatever happens."""

from collections.abc import Sequence

from holdfast.governance.verdict import ALLOW_ALL, DecisionPoint
from holdfast.integration.tools.circumstances import NOBODY, Caller
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.invocation import Desk, Invocation, Order
from holdfast.integration.tools.registry import Registry
from holdfast.integration.tools.stage import Selective, Stage
from holdfast.integration.tools.stages.approved import Approved
from holdfast.integration.tools.stages.arguments import Arguments
from holdfast.integration.tools.stages.audit import Audit
from holdfast.integration.tools.stages.authorised import Authorised
from holdfast.integration.tools.stages.breaker import CircuitBreaker
from holdfast.integration.tools.stages.call import Call
from holdfast.integration.tools.stages.credentials import Credentials
from holdfast.integration.tools.stages.fork import Fork
from holdfast.integration.tools.stages.granted import Granted
from holdfast.integration.tools.stages.intent import Intent
from holdfast.integration.tools.stages.known import Known
from holdfast.integration.tools.stages.postcondition import Postcondition
from holdfast.integration.tools.stages.pseudonyms import Pseudonyms
from holdfast.integration.tools.stages.rate import RateLimit
from holdfast.integration.tools.stages.reachable import Reachable
from holdfast.integration.tools.stages.resource import Resource
from holdfast.integration.tools.stages.result_schema import ResultSchema
from holdfast.integration.tools.stages.sanitise import Sanitise
from holdfast.integration.tools.stages.semantics import Semantics
from holdfast.integration.tools.stages.shared import SharedWrites
from holdfast.integration.tools.stages.size import Size
from holdfast.integration.tools.stages.unchanged import Unchanged
from holdfast.integration.tools.threads import Threads
from holdfast.integration.tools.traffic import Traffic
from holdfast.kernel.clock import Clock
from holdfast.kernel.faults import Reach, pass_by


def standard_stages(
    registry: Registry,
    clock: Clock,
    threads: Threads,
    reach: Reach = pass_by,
    traffic: Traffic | None = None,
    decides: DecisionPoint = ALLOW_ALL,
    caller: Caller = NOBODY,
) -> tuple[Stage, ...]:
    """Return what a call passes, in order; ``audit`` follows wherever it ends."""
    traffic = traffic or Traffic()
    return (
        Known(registry),
        Pseudonyms(),
        Arguments(),
        Granted(registry),
        Semantics(clock, threads),
        Fork(),
        *(() if decides is ALLOW_ALL else (Authorised(decides, caller),)),
        Approved(clock, threads),
        Credentials(clock),
        Resource(clock, traffic.occupancy),
        RateLimit(clock, traffic.rates, caller.agent or ""),
        CircuitBreaker(clock, traffic),
        Reachable(),
        Intent(clock),
        Call(clock, threads, traffic.randomness, reach),
        ResultSchema(),
        Postcondition(clock, threads),
        Sanitise(),
        Size(),
        SharedWrites(),
        Unchanged(),
    )


class Executor:
    """Makes calls of tools. Many may be under way at once; close it when none is.

    Which stages concern a tool is found out once, when the executor is made.
    """

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        *,
        threads: Threads | None = None,
        stages: Sequence[Stage] | None = None,
        reach: Reach = pass_by,
        traffic: Traffic | None = None,
        decides: DecisionPoint = ALLOW_ALL,
        caller: Caller = NOBODY,
    ) -> None:
        """``threads`` and ``traffic``: shared with other executors, the threads closed by whoever made them.

        ``stages``: not the standard ones; ``decides``: whether each call may be made, of which ``caller`` says on whose
        behalf it is.
        """
        self.registry = registry
        self._clock = clock
        self._has_own_threads = threads is None
        self.threads = threads or Threads()
        if stages is None:
            stages = standard_stages(registry, clock, self.threads, reach, traffic, decides, caller)
        self.stages = tuple(stages)
        self._stages_of = {tool.name: _concerning(tool, self.stages) for tool in registry}
        self._audit = Audit(clock)

    async def invoke(self, order: Order, desk: Desk) -> None:
        """Make one call and record what became of it: StepEnded, StepInterrupted where that is not known, StepRetried
        where it is made again.

        Raises CancelledError, with nothing recorded but the intent: whoever cancels records the interruption. Raises
        what a guard raises, before anything is sent, and DefinitionError if the run lacks a resource the tool needs.
        """
        invocation = Invocation(order, desk, self._clock.now())
        try:
            for stage in self._stages_of.get(order.call.tool, self.stages):
                end = await stage.run(invocation)
                if end is not None:
                    invocation.end, invocation.ended_by = end, stage.name
                    break
            invocation.is_settled = True
            await self._audit.run(invocation)
        finally:
            if invocation.leaving:
                invocation.leave()

    def close(self) -> None:
        """Start no more threads of its own."""
        if self._has_own_threads:
            self.threads.close()


def _concerning(tool: Tool, stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return the stages that calls of ``tool`` pass: what it does not declare costs them nothing."""
    return tuple(stage for stage in stages if not isinstance(stage, Selective) or stage.concerns(tool))
