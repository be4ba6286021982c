"""What is typed, line by line: waited for while runs go on."""

import asyncio
import codecs
import os
import sys

from holdfast.surfaces.cli.showing.terminal import err

CHUNK_BYTES = 65_536
LINE_CHARACTERS_MAX = 1_000_000
"""A line that is longer is taken in parts."""


class Lines:
    """The lines of standard input. Once it has ended it stays so, also at a terminal."""

    def __init__(self) -> None:
        self._held = ""
        """What was read beyond the last line: a pipe gives what there is, and not a line at a time."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._is_over = sys.stdin is None  # it was closed before the program began

    @property
    def are_typed(self) -> bool:
        """Whether somebody sits at the other end."""
        return not self._is_over and sys.stdin.isatty()

    async def next(self, prompt: str) -> str | None:
        """Return the next line, None at the end. ``prompt`` is shown to whoever sits at the other end."""
        if prompt:
            err().print(prompt, end="")
        while "\n" not in self._held and not self._is_over and len(self._held) < LINE_CHARACTERS_MAX:
            await _until_readable(sys.stdin.fileno())
            read = os.read(sys.stdin.fileno(), CHUNK_BYTES)
            self._is_over = not read
            self._held += self._decoder.decode(read, final=self._is_over)
        line, ended, self._held = self._held.partition("\n")
        return line if line or ended else None


async def _until_readable(descriptor: int) -> None:
    loop, comes = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(descriptor, comes.set)
    except PermissionError:  # a file is always ready, and cannot be waited for
        return
    try:
        await comes.wait()
    finally:
        loop.remove_reader(descriptor)
