"""Every way out is tried against every level; and against none, to show that each probe can tell."""

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence

import pytest

from holdfast.integration.tools.sandbox.port import Ended, Job
from holdfast.integration.tools.sandbox.probes import inside
from holdfast.integration.tools.sandbox.probes.selftest import processes_marked, self_test
from holdfast.integration.tools.sandbox.probes.table import PROBES, Must, Probe
from tests.integration.tools.sandbox.levels import LEVELS, Make, landlock, made

NOT_ON_EVERY_KERNEL = ("call_unknown", "set_attribute_raw", "change_mode_raw", "set_up_ring", "load_bpf")
"""Whether these get through where nothing holds is for the kernel and its settings to say."""


class NoSandbox:
    """Runs jobs as they are: the tester's test."""

    level = "none"
    leaks: Sequence[str] = ()
    owner = os.geteuid()

    def __init__(self) -> None:
        self.marks: list[str] = []

    async def run(self, job: Job) -> Ended:
        self.marks.append(str(job.folder))
        given, taken = os.pipe()
        with (job.folder / "said").open("w+b") as said:  # a pipe would stay open for as long as what is left behind
            process = await asyncio.create_subprocess_exec(
                *job.command,
                stdout=said,
                stderr=asyncio.subprocess.DEVNULL,
                pass_fds=(given, taken),
                cwd=job.folder,
            )
            try:
                await asyncio.wait_for(process.wait(), timeout=3)
            except TimeoutError:
                process.kill()
                await process.wait()
            finally:
                os.close(given)
                os.close(taken)
            said.seek(0)
            assert process.returncode is not None
            return Ended(code=abs(process.returncode), stdout=said.read(), stderr=b"", seconds=0)


@pytest.fixture
def nothing() -> Iterator[NoSandbox]:
    """Clears away what the probes have left."""
    sandbox = NoSandbox()
    yield sandbox
    for mark in sandbox.marks:
        for process in processes_marked(mark):
            os.kill(process, signal.SIGKILL)


@pytest.mark.slow  # some thirty processes a level, one of which must be left to spin
@pytest.mark.parametrize("make", LEVELS, ids=lambda make: make.__name__)
async def test_nothing_gets_out_but_what_the_level_declares(make: Make) -> None:
    sandbox = made(make)
    verdicts = await self_test(sandbox)
    assert [each.probe for each in verdicts] == [each.name for each in PROBES]
    assert [each.probe for each in verdicts if not each.held] == list(sandbox.leaks)
    assert all(each.found for each in verdicts)


async def test_what_the_default_level_declares_is_one_thing_that_is_known() -> None:
    assert made(landlock).leaks == ("stat_outside",)


@pytest.mark.slow  # as above, and nothing stops those that hang
async def test_without_a_sandbox_every_probe_gets_through(nothing: NoSandbox) -> None:
    if os.geteuid() != 0:
        pytest.skip("what only root may do gets through for root alone")
    probes = [probe for probe in PROBES if probe.name not in NOT_ON_EVERY_KERNEL]
    verdicts = await self_test(nothing, probes)
    assert [each.probe for each in verdicts if each.held] == []


async def test_an_attempt_that_was_never_made_is_no_proof(nothing: NoSandbox) -> None:
    for must in (Must.BE_DENIED, Must.RUN_OUT, Must.BE_CUT):
        (verdict,) = await self_test(nothing, [Probe("missing", "no_such_attempt", "nothing", must)])
        assert (verdict.held, verdict.is_acceptable) == (False, False)


def test_each_probe_is_an_attempt_and_each_attempt_is_probed() -> None:
    assert {probe.attempt for probe in PROBES} == set(inside.ATTEMPTS)
    assert len({probe.name for probe in PROBES}) == len(PROBES)
