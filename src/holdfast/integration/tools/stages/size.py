"""A result of any size takes a bounded part of the model's window."""

from holdfast.integration.tools.excerpt import piece_end
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Failed, Invocation
from holdfast.kernel.outcomes import ErrorKind

KEPT_BYTES_MAX = 4_000_000
"""The most that is kept of any result."""
NOTE_BYTES_MAX = 512
"""Room for the note under a preview."""


class Size:
    """Keeps a large result whole, and shows its head with a handle to page and search it."""

    name = "size"

    async def run(self, invocation: Invocation) -> End | None:
        if invocation.order.is_node:
            return _node_result_fits(invocation)
        body = invocation.text.encode()
        invocation.result_bytes = len(body)
        if len(body) > invocation.tool.result_bytes_max:
            _shorten(invocation, body)
        return None


def _shorten(invocation: Invocation, body: bytes) -> None:
    text, kept = invocation.text, body
    if len(body) > KEPT_BYTES_MAX:
        text = text[: piece_end(text, 0, KEPT_BYTES_MAX)]
        kept = text.encode()
    handle = invocation.desk.recorder.payloads.keep(kept)
    shown = piece_end(text, 0, invocation.tool.result_bytes_max - NOTE_BYTES_MAX)
    lost = (
        ""
        if len(kept) == len(body)
        else f" of its {len(body)} bytes the first {len(kept)} were kept, the rest is lost;"
    )
    invocation.result = handle
    invocation.text = (
        f"{text[:shown]}\n[the result goes on: {shown} of {len(text)} characters are shown;{lost} "
        f'read_result(handle="{handle}", offset={shown}) goes on reading, '
        f'search_result(handle="{handle}", text="...") finds places in it]'
    )


def _node_result_fits(invocation: Invocation) -> End | None:
    invocation.result_bytes = len(invocation.json)
    if invocation.result_bytes <= KEPT_BYTES_MAX:
        return None
    message = f"{invocation.tool.name} returned {invocation.result_bytes} bytes, at most {KEPT_BYTES_MAX} are kept"
    return Failed(fault(ErrorKind.BAD_RESULT, message, hint="return less, or a reference to where it lies"))
