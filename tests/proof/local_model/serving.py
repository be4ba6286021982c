"""A local model's server as a process of its own, from its start until its block ends."""

import contextlib
import os
import selectors
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.proof.local_model.fetching import LocalModel

PROGRAM = Path(__file__).with_name("serve.py")
HOST = "127.0.0.1"
START_SECONDS_MAX = 120.0
END_SECONDS_MAX = 10.0
LOG_CHARACTERS_MAX = 1_000
THREADS = max(1, (os.cpu_count() or 2) // 2)
"""Half of the processors: a server whose threads wait for each other stands still where others want them too."""


class NotServed(Exception):
    """The server could not be started; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers."""

    base_url: str
    model: LocalModel

    @property
    def name(self) -> str:
        """What to give to ``--model``."""
        return f"openai-compatible:{self.model.name}@{self.base_url}"


@contextlib.contextmanager
def serving(model: LocalModel, folder: Path, port: int = 0) -> Iterator[Served]:
    """Serve ``model`` at ``port``, any free one for 0; its log goes into ``folder``. Raises NotServed."""
    port = _free(port)
    log = folder / "server.log"
    command = [str(model.python), str(PROGRAM), str(model.path), str(port), model.name, str(THREADS)]
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _await_line(process.stdout, log)
            yield Served(f"http://{HOST}:{port}/v1", model)
        finally:
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS_MAX)
            process.kill()


def _free(port: int) -> int:
    """Return ``port`` if it can be listened at, a free one for 0. Raises NotServed."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise NotServed(
                f"expected to listen at port {port}, found it cannot be ({error}): name another, or none for a free one"
            ) from error
        found: int = probe.getsockname()[1]
        return found


def _await_line(out: IO[bytes], log: Path) -> None:
    """Wait until the server says where it listens. Raises NotServed."""
    deadline = time.monotonic() + START_SECONDS_MAX
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0 and selector.select(left):
            line = out.readline()
            if line.startswith(b"http"):
                return
            if not line:
                break
    said = log.read_text(encoding="utf-8", errors="replace").strip()[-LOG_CHARACTERS_MAX:]
    raise NotServed(f"expected the server to listen within {START_SECONDS_MAX:g} s, found that it did not: {said}")
