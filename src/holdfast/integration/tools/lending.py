"""What a call is lent by the run, by type: what the run itself has, and what the app's resources provide."""

from holdfast.integration.tools.evidence import Evidence
from holdfast.integration.tools.invocation import Invocation
from holdfast.integration.tools.leases import Leases
from holdfast.integration.tools.private import Private
from holdfast.integration.tools.publisher import Publisher
from holdfast.integration.tools.shared import Shared
from holdfast.integration.tools.sharing import Sharing
from holdfast.integration.tools.stock.results import Results
from holdfast.integration.tools.variables import Variables
from holdfast.journal.fold.variables import visible
from holdfast.kernel.errors import DefinitionError

OF_EVERY_RUN: frozenset[type] = frozenset((Evidence, Results, Variables, Private, Shared, Leases, Publisher))
"""What every run has of its own."""


async def lend(invocation: Invocation, resource: type) -> object:
    """Return what the function is handed for ``resource``. Raises DefinitionError if the run does not hold it."""
    order = invocation.order
    if resource is Variables:
        return await _variables(invocation)
    if resource is Private:
        if not order.agent:
            raise DefinitionError(
                f"expected an agent to call {invocation.tool.name}, which takes Private, found the flow at "
                f"{order.node}: take Variables there"
            )
        return Private(await _variables(invocation), order.agent)
    if resource is Shared:
        invocation.shared = _sharing(invocation).seen_at(order.node)
        return invocation.shared
    if resource is Publisher:
        invocation.publisher = invocation.publisher or Publisher(invocation.desk.topics)
        return invocation.publisher
    if resource is Leases:
        return _sharing(invocation).leases(f"run {order.run} at {order.path}")
    if resource is Evidence:
        return Evidence(invocation.desk.recorder)
    held = invocation.desk.resources
    if resource not in held:
        raise DefinitionError(
            f"tool {invocation.tool.name} needs a {resource.__name__}, which the run does not hold: provide it"
        )
    return held[resource]


async def _variables(invocation: Invocation) -> Variables:
    """Return the run's variables as they stand: the same for all that one call is lent of them."""
    if invocation.variables is None:
        recorder = invocation.desk.recorder
        invocation.seen = visible(recorder.state, invocation.order.node)
        kept = {name: each.value for name, each in invocation.seen.items() if each.value is not None}
        bodies = await recorder.payloads.fetch_all(tuple(kept.values()))
        invocation.variables = Variables(dict(zip(kept, bodies, strict=True)))
    return invocation.variables


def _sharing(invocation: Invocation) -> Sharing:
    sharing = invocation.desk.sharing
    if sharing is None:
        raise DefinitionError(
            f"tool {invocation.tool.name} needs what runs share, which is not at hand where it is called: call it in a "
            "run"
        )
    return sharing
