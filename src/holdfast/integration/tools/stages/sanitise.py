"""Nothing in a result is hidden from whoever reads it, and no secret is told."""

from holdfast.integration.tools.invocation import End, Invocation
from holdfast.integration.tools.sanitising import sanitise_data, sanitise_shared, sanitise_text, sanitise_variables


class Sanitise:
    """Makes plain what a model is shown, puts references in the place of secrets, and counts personal data."""

    name = "sanitise"

    async def run(self, invocation: Invocation) -> End | None:
        if invocation.order.is_node:
            await sanitise_data(invocation)
        else:
            await sanitise_text(invocation)
        if invocation.variables is not None:
            await sanitise_variables(invocation)
        if invocation.shared is not None:
            sanitise_shared(invocation)
        return None
