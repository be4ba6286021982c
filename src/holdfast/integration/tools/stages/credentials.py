"""Secrets reach the tool that they are meant for, and no other parameter of any tool."""

from collections.abc import Iterator

import msgspec

from holdfast.integration.secrets.secret import MARK, REFERENCE
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.credentials import hand_over
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Invocation, Refused
from holdfast.integration.tools.lost import held_back
from holdfast.kernel.clock import Clock
from holdfast.kernel.outcomes import ErrorKind

LATER_SECONDS = 5.0
"""When a call that may have been sent is tried again."""


class Credentials:
    """Resolves what the tool declares and what the model names; refuses the call, unsent, if anything is withheld.

    One that was sent before is made again later: that it is withheld now says nothing of what was done.
    """

    name = "credentials"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def run(self, invocation: Invocation) -> End | None:
        order, tool = invocation.order, invocation.tool
        if MARK in order.call.arguments and not order.is_node and (named := _out_of_place(order.call.arguments, tool)):
            message = f"{named} stands for a secret, and {tool.name} takes none there: the value is not handed out"
            return Refused(fault(ErrorKind.WITHHELD, message, hint="leave it out, or use a tool that takes a secret"))
        if invocation.simulation is not None or not (tool.signature.secrets or tool.named_secrets):
            return None
        withheld = await hand_over(invocation.values, tool, order, invocation.desk, self._clock)
        return None if withheld is None else held_back(invocation, withheld, self._clock.now() + LATER_SECONDS)


def _out_of_place(arguments: str, tool: Tool) -> str | None:
    """Return the first reference that is the whole of an argument which is no secret; within a text it is just text."""
    given = msgspec.json.decode(arguments)
    assert isinstance(given, dict), "the arguments were read before"
    elsewhere = [value for name, value in given.items() if name not in tool.named_secrets]
    return next((text for text in _texts(elsewhere) if REFERENCE.fullmatch(text.strip())), None)


def _texts(data: object) -> Iterator[str]:
    match data:
        case str():
            yield data
        case dict():
            for inner in data.values():
                yield from _texts(inner)
        case list():
            for inner in data:
                yield from _texts(inner)
        case _:
            pass
