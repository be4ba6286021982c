"""Nothing in a result is hidden from whoever reads it."""

from holdfast.integration.tools.invocation import End, Invocation
from holdfast.integration.tools.visible import visible


class Sanitise:
    """Makes hidden characters visible in what a model is shown. Data for a node stays exactly as it is."""

    name = "sanitise"

    async def run(self, invocation: Invocation) -> End | None:
        invocation.text = visible(invocation.text)
        return None
