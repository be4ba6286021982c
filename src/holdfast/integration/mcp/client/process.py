"""A server that is started here: its environment built from nothing, what it says bounded, its end certain."""

import asyncio
import logging
import os
import shutil
import signal
from collections import deque
from collections.abc import Collection, Mapping
from contextlib import suppress

from holdfast.integration.mcp.pins import Reach
from holdfast.integration.mcp.session import Unreachable
from holdfast.integration.tools.visible import one_line
from holdfast.kernel.errors import DefinitionError

LINE_BYTES_MAX = 8_000_000
"""The longest message that is read: a server that sends a longer one is ended."""
SAID_LINES_MAX = 20
SAID_CHARACTERS_MAX = 400
"""What is kept, and logged, of a line that the server writes to its standard error."""
ERROR_LINE_BYTES_MAX = 65_536
HIDDEN = "[secret]"
GRACE_SECONDS = 2.0
"""How long it may take to go by itself, once its input is closed, and again once it was told to end."""


class ServerProcess:
    """A process group of its own, spoken to line by line."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, secrets: Collection[str] = ()) -> None:
        """``secrets`` is what nobody is to read of what it writes."""
        self._process, self._secrets = process, tuple(filter(None, secrets))
        self._log = logging.getLogger(f"holdfast.mcp.{name}")
        self._said: deque[str] = deque(maxlen=SAID_LINES_MAX)
        self.over = ""
        """Why nothing more is heard of it; empty as long as something may be."""

    @classmethod
    async def started(
        cls, name: str, reach: Reach, environment: Mapping[str, str], secrets: Collection[str]
    ) -> "ServerProcess":
        """Start the command of ``reach``. Raises Unreachable if there is no such program."""
        program = shutil.which(reach.command[0], path=environment.get("PATH", os.defpath))
        if program is None:
            raise Unreachable(f"there is no program {reach.command[0]!r} on its PATH")
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                *reach.command[1:],
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=dict(environment),
                cwd=reach.folder or None,
                start_new_session=True,
                limit=LINE_BYTES_MAX,
            )
        except OSError as error:
            raise Unreachable(f"{program} cannot be started: {error.strerror or error}") from error
        return cls(name, process, secrets)

    async def line(self) -> bytes | None:
        """Return the next message; None when there is no more. Raises Unreachable for one that is too long."""
        assert self._process.stdout is not None
        try:
            return await self._process.stdout.readline() or None
        except ValueError:
            raise Unreachable(f"it sent a message of more than {LINE_BYTES_MAX} bytes") from None

    async def settle(self) -> None:
        """Wait, not for long, until it is known how it ended: it has said its last."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)

    async def send(self, line: bytes) -> None:
        """Write one message. Raises ConnectionError when nobody reads any more."""
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        await self._process.stdin.drain()

    async def listen(self) -> None:
        """Keep and log what it writes to its standard error, until that ends."""
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(ERROR_LINE_BYTES_MAX):
            for line in chunk.decode(errors="replace").splitlines():
                told = one_line(self._without_secrets(line), SAID_CHARACTERS_MAX)
                self._said.append(told)
                self._log.info("%s", told)

    @property
    def last_words(self) -> str:
        """How it ended, as far as that is known, and what it wrote last."""
        code = self._process.returncode
        how = "it still runs" if code is None else f"it ended with code {code}"
        return f"{how}, and wrote last: {self._said[-1]}" if self._said else how

    async def end(self) -> None:
        """Close its input, and see to it that nothing of its group is left."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            if number is not None:
                self._signal(number)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)
                break
        self._signal(signal.SIGKILL)  # what it has started itself

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return line

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def environment_of(name: str, reach: Reach, ours: Mapping[str, str]) -> dict[str, str]:
    """Return all that the server finds in its environment. Raises DefinitionError for a secret that is not there."""
    inherited = {variable: ours[variable] for variable in reach.inherits if variable in ours}
    return {**inherited, **reach.environment, **secrets_of(name, reach, ours)}


def secrets_of(name: str, reach: Reach, ours: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets of ``reach`` by what they are called there. Raises DefinitionError for one that is not set."""
    missing = sorted(variable for variable in reach.secrets.values() if not ours.get(variable))
    if missing:
        raise DefinitionError(f"MCP server {name!r}: expected a secret in {missing[0]}, found it not set")
    return {called: ours[variable] for called, variable in reach.secrets.items()}
