"""A model that is shown names for personal data calls with names; the tool gets what they stand for."""

import msgspec
from msgspec.structs import replace

from holdfast.governance.redaction.personal import Masks
from holdfast.governance.redaction.walk import changed
from holdfast.integration.tools.arguments import Malformed, canonical_arguments
from holdfast.integration.tools.invocation import End, Invocation
from holdfast.integration.tools.stock.results import RESULT_TOOLS

_OF_RESULTS = frozenset(tool.name for tool in RESULT_TOOLS)
"""Tools that look into what the model was shown: there the names stand."""


class Pseudonyms:
    """Puts values in the place of the names in the arguments, before anything else goes by them."""

    name = "pseudonyms"

    async def run(self, invocation: Invocation) -> End | None:
        order = invocation.order
        if not order.pseudonyms or order.call.tool in _OF_RESULTS:
            return None
        arguments = _with_values(order.call.arguments, invocation.desk.secrets.masks)
        invocation.order = replace(order, call=replace(order.call, arguments=arguments))
        return None


def _with_values(text: str, masks: Masks) -> str:
    """Return the arguments with values in them; what is not JSON stays, to be refused as it is."""
    canonical = canonical_arguments(text)
    if isinstance(canonical, Malformed) or not any(name.encode() in canonical for name in masks.values):
        return text
    return msgspec.json.encode(changed(msgspec.json.decode(canonical), masks.back)).decode()
