"""Tries every probe against a sandbox, and says which got through."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from holdfast.integration.tools.sandbox.folder import work_folder
from holdfast.integration.tools.sandbox.port import Ended, Job, Sandbox
from holdfast.integration.tools.sandbox.probes import inside
from holdfast.integration.tools.sandbox.probes.table import PROBES, Must, Probe
from holdfast.integration.tools.sandbox.probes.victims import Victims, victims
from holdfast.kernel.errors import SandboxFailed

PROCESSES = Path("/proc")
AT_ONCE_MAX = 2
SCRIPT = Path(inside.__file__)
TOLD_CHARACTERS_MAX = 200


class Verdict(msgspec.Struct, frozen=True):
    """How one probe ended."""

    probe: str
    tries: str
    held: bool
    found: str
    """What was seen."""
    is_declared: bool = False
    """It got through, and the level says that it does."""

    @property
    def is_acceptable(self) -> bool:
        return self.held or self.is_declared


async def self_test(sandbox: Sandbox, probes: Sequence[Probe] = PROBES) -> list[Verdict]:
    """Return a verdict on each probe, in order. Raises SandboxFailed where not even a job can be run."""
    with victims() as outside:
        turns = asyncio.Semaphore(AT_ONCE_MAX)

        async def tried(probe: Probe) -> Verdict:
            async with turns:
                return await _verdict(sandbox, probe, outside)

        return list(await asyncio.gather(*map(tried, probes)))


async def _verdict(sandbox: Sandbox, probe: Probe, outside: Victims) -> Verdict:
    with work_folder(sandbox) as folder:
        # The folder's name marks every process of the attempt.
        told = json.dumps({**outside.described, "mark": str(folder)})
        command = (sys.executable, "-I", "-S", str(SCRIPT), probe.attempt, told)
        job = Job(command=command, folder=folder, readable=(SCRIPT,), limits=probe.limits)
        try:
            ended = await sandbox.run(job)
        except SandboxFailed as failed:
            if probe.must is not Must.LEAVE_NOTHING:
                raise
            return Verdict(probe.name, probe.tries, held=False, found=str(failed))
        left = processes_marked(str(folder))
    leak = _leak(probe, ended) or outside.harm or (f"{len(left)} processes are left of it" if left else "")
    found = leak or _seen(probe, ended)
    return Verdict(probe.name, probe.tries, not leak, found, bool(leak) and probe.name in sandbox.leaks)


def processes_marked(mark: str) -> list[int]:
    """Return the processes that have ``mark`` on their command line."""
    found = []
    for folder in PROCESSES.iterdir():
        try:
            if folder.name.isdigit() and mark.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue  # it is gone
    return found


def _leak(probe: Probe, ended: Ended) -> str:
    """Return what got through, empty if nothing did. An attempt that was not really made counts as a leak."""
    said = _said(ended)
    match probe.must:
        case Must.BE_DENIED:
            return "" if said.startswith("denied") else f"not denied: {said or _fate(ended)}"
        case Must.RUN_OUT:
            return "" if "MemoryError" in said or ended.code < 0 else f"not stopped: {said or _fate(ended)}"
        case Must.LEAVE_NOTHING:
            return ""  # any attempt must leave nothing
        case Must.BE_CUT:
            is_cut = ended.dropped_bytes > 0 and len(ended.stdout) <= probe.limits.output_bytes
            return "" if is_cut else f"not cut: {len(ended.stdout):,} bytes kept"


def _seen(probe: Probe, ended: Ended) -> str:
    """Return how an attempt ended that the sandbox held."""
    match probe.must:
        case Must.BE_DENIED:
            return _said(ended)
        case Must.RUN_OUT:
            return _said(ended) or f"stopped by {ended.stopped_by or 'signal'} after {ended.seconds:.1f} s"
        case Must.LEAVE_NOTHING:
            return f"{_said(ended)}, and nothing is left of it"
        case Must.BE_CUT:
            return f"{len(ended.stdout):,} bytes kept, {ended.dropped_bytes:,} dropped"


def _said(ended: Ended) -> str:
    return ended.stdout[:TOLD_CHARACTERS_MAX].decode("utf-8", "replace").strip() if ended.dropped_bytes == 0 else ""


def _fate(ended: Ended) -> str:
    problem = ended.stderr[-TOLD_CHARACTERS_MAX:].decode("utf-8", "replace").strip()
    return f"it ended with {ended.code} {problem}".strip()
