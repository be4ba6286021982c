"""The one way from a call to the world: a list of stages, and an audit whatever happens."""

from collections.abc import Sequence

from holdfast.integration.tools.invocation import Desk, Invocation, Order, Stage
from holdfast.integration.tools.registry import Registry
from holdfast.integration.tools.stages.arguments import Arguments
from holdfast.integration.tools.stages.audit import Audit
from holdfast.integration.tools.stages.call import Call
from holdfast.integration.tools.stages.credentials import Credentials
from holdfast.integration.tools.stages.fork import Fork
from holdfast.integration.tools.stages.granted import Granted
from holdfast.integration.tools.stages.intent import Intent
from holdfast.integration.tools.stages.known import Known
from holdfast.integration.tools.stages.pseudonyms import Pseudonyms
from holdfast.integration.tools.stages.result_schema import ResultSchema
from holdfast.integration.tools.stages.sanitise import Sanitise
from holdfast.integration.tools.stages.size import Size
from holdfast.integration.tools.stages.unchanged import Unchanged
from holdfast.integration.tools.threads import Threads
from holdfast.kernel.clock import Clock
from holdfast.kernel.faults import Reach, pass_by


def standard_stages(registry: Registry, clock: Clock, threads: Threads, reach: Reach = pass_by) -> tuple[Stage, ...]:
    """Return what a call passes, in order; ``audit`` follows wherever it ends."""
    return (
        Known(registry),
        Pseudonyms(),
        Arguments(),
        Granted(registry),
        Fork(),
        Credentials(clock),
        Intent(clock),
        Call(clock, threads, reach),
        ResultSchema(),
        Sanitise(),
        Size(),
        Unchanged(),
    )


class Executor:
    """Makes calls of tools. Many may be under way at once; close it when none is."""

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        *,
        threads: Threads | None = None,
        stages: Sequence[Stage] | None = None,
        reach: Reach = pass_by,
    ) -> None:
        """``threads``: shared with other executors, closed by whoever made them. ``stages``: not the standard ones."""
        self.registry = registry
        self._clock = clock
        self._has_own_threads = threads is None
        self.threads = threads or Threads()
        self.stages = tuple(stages) if stages is not None else standard_stages(registry, clock, self.threads, reach)
        self._audit = Audit(clock)

    async def invoke(self, order: Order, desk: Desk) -> None:
        """Make one call and record what became of it: StepEnded, or StepInterrupted where that is not known.

        Raises CancelledError, with nothing recorded but the intent: whoever cancels records the interruption. Raises
        what a guard raises, before anything is sent, and DefinitionError if the run lacks a resource the tool needs.
        """
        invocation = Invocation(order, desk, self._clock.now())
        for stage in self.stages:
            end = await stage.run(invocation)
            if end is not None:
                invocation.end, invocation.ended_by = end, stage.name
                break
        await self._audit.run(invocation)

    def close(self) -> None:
        """Start no more threads of its own."""
        if self._has_own_threads:
            self.threads.close()
