"""What probes are let loose on, outside the sandbox: files, sockets, a process, shared memory, a secret."""

import ctypes
import os
import secrets
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

CANARY = "a canary: nobody inside may read this"
MODE, TIMES = 0o600, (1_000_000_000, 1_000_000_000)
CREATE, REMOVE, PAGE_BYTES = 0o1000 | 0o666, 0, 4096
SLEEP = "import time; time.sleep(600)"


@dataclass(frozen=True, slots=True)
class Victims:
    """All of them. ``described`` is what an attempt is told of them."""

    described: Mapping[str, str]
    udp: socket.socket

    @property
    def harm(self) -> str:
        """What has been done to them, empty if nothing."""
        owned, outside = Path(self.described["owned"]), Path(self.described["outside"])
        found = owned.stat()
        told = []
        if outside.exists():
            told.append("a file was written outside")
        if stat.S_IMODE(found.st_mode) != MODE or found.st_mtime != TIMES[1] or found.st_uid != os.geteuid():
            told.append("mode, times or owner of a file outside were changed")
        if "user.was" in os.listxattr(owned):
            told.append("an attribute of a file outside was set")
        if self._has_datagram():
            told.append("a datagram arrived")
        return ", ".join(told)

    def _has_datagram(self) -> bool:
        try:
            return bool(self.udp.recv(64))
        except BlockingIOError:
            return False


@contextmanager
def victims() -> Iterator[Victims]:
    """Lay out the victims, and clear them away. Listens on loopback only."""
    secret = f"HOLDFAST_PROBE_{secrets.token_hex(8).upper()}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="holdfast-probe-"))).resolve()
        folder.chmod(0o755)
        for name in ("canary", "owned"):
            (folder / name).write_text(CANARY)
        (folder / "owned").chmod(MODE)
        os.utime(folder / "owned", TIMES)
        tcp = _bound(stack, socket.socket(), ("127.0.0.1", 0))
        tcp.listen()
        udp = _bound(stack, socket.socket(socket.AF_INET, socket.SOCK_DGRAM), ("127.0.0.1", 0))
        udp.setblocking(False)
        abstract = _bound(stack, socket.socket(socket.AF_UNIX), f"\0holdfast-{secrets.token_hex(8)}")
        abstract.listen()
        process = stack.enter_context(subprocess.Popen([sys.executable, "-I", "-S", "-c", SLEEP]))
        stack.callback(process.kill)
        os.environ[secret] = "known"
        stack.callback(os.environ.pop, secret)
        described = {
            "canary": str(folder / "canary"),
            "owned": str(folder / "owned"),
            "outside": str(folder / "written"),
            "secret": secret,
            "tcp": str(tcp.getsockname()[1]),
            "udp": str(udp.getsockname()[1]),
            "abstract": abstract.getsockname()[1:].decode(),
            "process": str(process.pid),
            "memory_key": str(stack.enter_context(_shared_memory())),
        }
        yield Victims(described, udp)


def _bound(stack: ExitStack, line: socket.socket, address: tuple[str, int] | str) -> socket.socket:
    stack.enter_context(line)
    line.bind(address)
    return line


@contextmanager
def _shared_memory() -> Iterator[int]:
    """Make a segment that any process may attach, and yield its key."""
    libc = ctypes.CDLL(None, use_errno=True)
    key = secrets.randbelow(1 << 30) + 1
    segment = libc.shmget(key, PAGE_BYTES, CREATE)
    try:
        yield key
    finally:
        if segment >= 0:
            libc.shmctl(segment, REMOVE, None)
