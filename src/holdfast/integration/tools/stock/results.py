"""Reading a large result that was kept whole: by the page, or by what it contains."""

import re
from typing import Annotated

from pydantic import Field

from holdfast.integration.tools.contract import Provided, Tool, ToolFailure, tool
from holdfast.integration.tools.excerpt import piece_end
from holdfast.journal.payloads import Payloads
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import PayloadId

PAGE_BYTES_MAX = 15_000
"""Below the size at which a tool's result is itself shown in part, with room for the line above the page."""
MATCHES_MAX = 50
AROUND_CHARACTERS = 100
WANTED_CHARACTERS_MAX = 200

Handle = Annotated[
    str, Field(pattern=r"^[0-9a-f]{32}$", description="The handle that was given with the shortened result")
]


class Results:
    """The results that a run has kept whole."""

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads

    async def text(self, handle: str) -> str:
        """Return the result kept under ``handle``. Raises ToolFailure if there is none."""
        try:
            return (await self._payloads.fetch(PayloadId(handle))).decode()
        except (JournalError, UnicodeDecodeError) as error:
            raise ToolFailure(
                f"no result is kept under handle {handle}",
                hint="copy the handle exactly as the shortened result gave it; handles are valid in this run only",
            ) from error


@tool(effect=Effect.PURE, timeout_seconds=10)
async def read_result(
    handle: Handle,
    offset: Annotated[
        int, Field(ge=0, description="The character to begin at; each page says where the next begins")
    ] = 0,
    *,
    results: Provided[Results],
) -> str:
    """Read a page of a result that was too long to be shown whole."""
    text = await results.text(handle)
    _check_offset(offset, text)
    end = piece_end(text, offset, PAGE_BYTES_MAX)
    following = "this is the end" if end == len(text) else f"go on with offset={end}"
    return f"[characters {offset} to {end} of {len(text)}; {following}]\n{text[offset:end]}"


@tool(effect=Effect.PURE, timeout_seconds=10)
async def search_result(
    handle: Handle,
    text: Annotated[
        str, Field(min_length=1, max_length=WANTED_CHARACTERS_MAX, description="Plain text to find, in any case")
    ],
    offset: Annotated[int, Field(ge=0, description="The character to search from")] = 0,
    *,
    results: Provided[Results],
) -> str:
    """Find the places that contain a text, in a result that was too long to be shown whole."""
    whole = await results.text(handle)
    _check_offset(offset, whole)
    found = list[str]()
    line, counted, go_on_from = 1, 0, None
    for match in re.compile(re.escape(text), re.IGNORECASE).finditer(whole, offset):
        if len(found) == MATCHES_MAX:
            go_on_from = match.start()
            break
        line += whole.count("\n", counted, match.start())
        counted = match.start()
        found.append(f"offset {match.start()}, line {line}: {_around(whole, match)}")
    following = "no more" if go_on_from is None else f"go on with offset={go_on_from}"
    return "\n".join((f"[{len(found)} found from character {offset} of {len(whole)}; {following}]", *found))


RESULT_TOOLS: tuple[Tool, ...] = (read_result, search_result)
"""Granted to every agent that has tools at all."""


def _check_offset(offset: int, text: str) -> None:
    if offset > len(text):
        raise ToolFailure(f"offset {offset} lies beyond the end: the result has {len(text)} characters")


def _around(whole: str, match: re.Match[str]) -> str:
    """Return the line of the match, cut to what stands close to it."""
    begin = max(whole.rfind("\n", 0, match.start()) + 1, match.start() - AROUND_CHARACTERS)
    line_end = whole.find("\n", match.end())
    end = min(len(whole) if line_end < 0 else line_end, match.end() + AROUND_CHARACTERS)
    return whole[begin:end]
