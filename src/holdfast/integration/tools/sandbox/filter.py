"""Makes the seccomp program that decides which system calls a job may make. Pure.

A classic BPF program (seccomp(2)): it reads the number of each call and answers allow, EPERM or ENOSYS. What a deny
list does not know it cannot deny, so a number above the last one that was reviewed gets ENOSYS, which libraries take
for an older kernel. The other architecture's numbers mean other calls: a wrong one kills the process.
"""

import platform
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from errno import ENOSYS, EPERM
from importlib.resources import files

REVIEWED_LAST = 462
"""``mseal``, Linux 6.10: later calls are answered as if the kernel did not have them."""
NAMESPACE_FLAGS = 0x7E02_0080
"""Of ``clone``: every CLONE_NEW*."""
THREAD_FLAG = 0x0001_0000
X32_BIT = 0x4000_0000

ALLOW, KILL_PROCESS, ERRNO = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, ARGUMENT = 0, 4, 16
"""Offsets in what the program is given: the call's number, the machine, the low half of the first argument."""
Instruction = tuple[int, int, int, int]
"""Operation, how far to jump if so, how far if not, and the operand."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor architecture, as the kernel numbers its calls."""

    audit: int
    column: int
    """Its place in the table of denied calls."""
    clone: int
    clone3: int
    prlimit64: int
    fork: tuple[int, ...] = ()
    """The calls that do nothing but start a process."""
    has_x32: bool = False


MACHINES = {
    "x86_64": Machine(0xC000_003E, 1, clone=56, clone3=435, prlimit64=302, fork=(57, 58), has_x32=True),
    "aarch64": Machine(0xC000_00B7, 2, clone=220, clone3=435, prlimit64=261),
}


def this_machine() -> Machine | None:
    """Return the machine this process runs on, None if there is no filter for it."""
    return MACHINES.get(platform.machine())


def program(machine: Machine, *, may_fork: bool) -> bytes:
    """Return the program, as the kernel takes it: eight bytes an instruction."""
    return b"".join(struct.pack("=HBBI", *each) for each in _instructions(machine, may_fork=may_fork))


def denied(machine: Machine) -> Sequence[int]:
    """Return the numbers that are denied whatever their arguments."""
    rows = (line.split() for line in _table().splitlines() if line and not line.startswith("#"))
    return [int(row[machine.column]) for row in rows if row[machine.column] != "-"]


def _table() -> str:
    return files(__package__).joinpath("denied.txt").read_text(encoding="utf-8")


def _instructions(machine: Machine, *, may_fork: bool) -> Iterator[Instruction]:
    yield LOAD, 0, 0, MACHINE
    yield JUMP_EQUAL, 1, 0, machine.audit
    yield RETURN, 0, 0, KILL_PROCESS
    yield LOAD, 0, 0, NUMBER
    if machine.has_x32:
        yield from _when(JUMP_AT_LEAST, X32_BIT, ENOSYS)
    yield from _when(JUMP_AT_LEAST, REVIEWED_LAST + 1, ENOSYS)
    # libc falls back from clone3, whose flags lie in memory that a filter cannot read, to clone, whose it can.
    yield from _when(JUMP_EQUAL, machine.clone3, ENOSYS)
    for number in denied(machine):
        yield from _when(JUMP_EQUAL, number, EPERM)
    if not may_fork:
        for number in machine.fork:
            yield from _when(JUMP_EQUAL, number, EPERM)
    yield from _clone(machine, may_fork=may_fork)
    yield from _limits_of_others(machine)
    yield RETURN, 0, 0, ALLOW


def _when(test: int, operand: int, errno: int) -> Iterator[Instruction]:
    yield test, 0, 1, operand
    yield RETURN, 0, 0, ERRNO | errno


def _clone(machine: Machine, *, may_fork: bool) -> Iterator[Instruction]:
    """Deny new namespaces; and, unless the job may fork, whatever is not a thread."""
    yield JUMP_EQUAL, 0, 5 if may_fork else 7, machine.clone
    yield LOAD, 0, 0, ARGUMENT
    yield JUMP_ANY_BIT, 0, 1, NAMESPACE_FLAGS
    yield RETURN, 0, 0, ERRNO | EPERM
    if not may_fork:
        yield JUMP_ANY_BIT, 1, 0, THREAD_FLAG
        yield RETURN, 0, 0, ERRNO | EPERM
    yield LOAD, 0, 0, NUMBER
    yield RETURN, 0, 0, ALLOW


def _limits_of_others(machine: Machine) -> Iterator[Instruction]:
    """Deny limits of any process but the caller's own, which is number 0; the kernel reads the low half alone."""
    yield JUMP_EQUAL, 0, 3, machine.prlimit64
    yield LOAD, 0, 0, ARGUMENT
    yield JUMP_EQUAL, 1, 0, 0
    yield RETURN, 0, 0, ERRNO | EPERM
