"""Asking git about a repository that is not to be trusted: nothing in it may make git run or fetch anything.

Only plumbing that reads objects is used, never what refreshes the index or reads the work tree: that runs filters and
monitors a repository can configure. There is no index, because a forged one makes git take a file of the work tree for
the committed one. Hooks, monitors, external diffs, text conversions, lazy fetching and every
transport are switched off on top of it, and variables of a surrounding git process are not passed on.
"""

import os
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from holdfast.kernel.errors import InputError

SECONDS_MAX = 120.0
OUTPUT_BYTES_MAX = 64 * 1024 * 1024
MESSAGE_CHARS_MAX = 300
REVISION_CHARS_MAX = 500

_SAFE = (
    "--no-pager",
    "--no-replace-objects",
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.attributesFile=/dev/null"),
    *("-c", "core.quotePath=true"),
    *("-c", "core.sshCommand=false"),
    *("-c", "credential.helper="),
    *("-c", "diff.external="),
    *("-c", "protocol.allow=never"),
)
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_INDEX_FILE": "/nonexistent/index",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class Git:
    """Reads the git repository that ``root`` lies in. Every call is bounded in time and in what it may print."""

    def __init__(
        self, root: Path, *, seconds_max: float = SECONDS_MAX, output_bytes_max: int = OUTPUT_BYTES_MAX
    ) -> None:
        """Raise InputError unless ``root`` is a folder inside a git repository."""
        self._root = root
        self._seconds_max = seconds_max
        self._output_bytes_max = output_bytes_max
        if not root.is_dir():
            raise InputError(f"expected a folder, found none at {str(root)!r}")
        self.run(["rev-parse", "--git-dir"], "expected a git repository")

    def commit(self, revision: str) -> str:
        """Return the full id of the commit ``revision`` names; raise InputError if there is none."""
        expected = "expected a branch, tag or commit"
        if not revision or revision.startswith("-") or not revision.isprintable() or len(revision) > REVISION_CHARS_MAX:
            raise InputError(f"{expected}, found {revision[:REVISION_CHARS_MAX]!r}")
        asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        return (
            self.run(
                asked, f"{expected}, found {revision!r}, which this repository does not know: fetch it, or name another"
            )
            .decode()
            .strip()
        )

    def run(self, arguments: Sequence[str], expected: str, *, fed: bytes = b"") -> bytes:
        """Return what git prints. Raise InputError, which opens with ``expected``, if it fails, stalls or floods."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _ENVIRONMENT
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as complaints:
            asked.write(fed)
            asked.seek(0)
            try:
                process = subprocess.Popen(
                    ["git", *_SAFE, *arguments],
                    cwd=self._root,
                    env=environment,
                    stdin=asked,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                )
            except FileNotFoundError:
                raise InputError(
                    "expected the program git, found none: install git, or review without --diff"
                ) from None
            printed, was_stalled = _bounded_output(process, self._output_bytes_max, self._seconds_max)
            complaints.seek(0)
            complaint = complaints.read(MESSAGE_CHARS_MAX).decode("utf-8", "replace")
        if was_stalled:
            raise InputError(f"{expected}; git did not answer within {self._seconds_max:g} seconds")
        if len(printed) > self._output_bytes_max:
            raise InputError(f"{expected}; git's answer is larger than {self._output_bytes_max:,} bytes: ask for less")
        if process.returncode != 0:
            said = " ".join(complaint.split())
            raise InputError(f"{expected}; git says: {ascii(said)[1:-1]}" if said else expected)
        return printed


def _bounded_output(process: subprocess.Popen[bytes], bytes_max: int, seconds_max: float) -> tuple[bytes, bool]:
    """Return at most one byte more than allowed, and whether the process had to be killed for its slowness."""
    stalled = threading.Event()

    def stop() -> None:
        stalled.set()
        process.kill()

    timer = threading.Timer(seconds_max, stop)
    timer.daemon = True
    timer.start()
    try:
        with process:
            printed = process.stdout.read(bytes_max + 1) if process.stdout is not None else b""
            if len(printed) > bytes_max:
                process.kill()
    finally:
        timer.cancel()
    return printed, stalled.is_set()
