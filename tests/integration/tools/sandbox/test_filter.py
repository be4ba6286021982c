"""The filter of system calls, read as the kernel reads it."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.sandbox.filter import (
    ALLOW,
    ERRNO,
    KILL_PROCESS,
    MACHINES,
    REVIEWED_LAST,
    THREAD_FLAG,
    X32_BIT,
    Machine,
    denied,
    program,
)

DENY, MISSING = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
NEW_USER, CHILD_SIGNAL = 0x1000_0000, 17
machines = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)


def answer(
    machine: Machine, number: int, argument: int = 0, *, audit: int | None = None, may_fork: bool = False
) -> int:
    """Run the program on one call: a classic BPF machine with what the filter uses."""
    code = program(machine, may_fork=may_fork)
    steps = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    told = struct.pack("=IIQQ", number, machine.audit if audit is None else audit, 0, argument)
    at = held = 0
    while True:
        operation, if_so, if_not, operand = steps[at]
        at += 1
        match operation:
            case 0x20:
                (held,) = struct.unpack_from("=I", told, operand)
            case 0x15:
                at += if_so if held == operand else if_not
            case 0x35:
                at += if_so if held >= operand else if_not
            case 0x45:
                at += if_so if held & operand else if_not
            case 0x06:
                return int(operand)
            case _:
                pytest.fail(f"no such operation: {operation:#x}")


@machines
@given(data=st.data())
def test_what_is_on_the_list_is_denied_and_what_is_not_is_allowed(machine: Machine, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, REVIEWED_LAST))
    listed = set(denied(machine)) | set(machine.fork)
    if number in (machine.clone, machine.clone3, machine.prlimit64):
        return
    assert answer(machine, number, data.draw(st.integers(0, 2**64 - 1))) == (DENY if number in listed else ALLOW)


@machines
@given(number=st.integers(REVIEWED_LAST + 1, X32_BIT - 1))
def test_a_call_that_nobody_has_reviewed_is_not_there(machine: Machine, number: int) -> None:
    assert answer(machine, number) == MISSING


@machines
@given(number=st.integers(0, 2**32 - 1))
def test_numbers_of_another_machine_kill(machine: Machine, number: int) -> None:
    assert answer(machine, number, audit=machine.audit ^ 1) == KILL_PROCESS


@machines
def test_a_thread_may_be_started_and_a_process_only_where_that_is_allowed(machine: Machine) -> None:
    assert answer(machine, machine.clone, THREAD_FLAG) == ALLOW
    assert answer(machine, machine.clone, CHILD_SIGNAL) == DENY
    assert answer(machine, machine.clone, CHILD_SIGNAL, may_fork=True) == ALLOW
    assert answer(machine, machine.clone3) == MISSING
    for number in machine.fork:
        assert (answer(machine, number), answer(machine, number, may_fork=True)) == (DENY, ALLOW)


@machines
@pytest.mark.parametrize("may_fork", [True, False])
def test_nobody_makes_a_namespace(machine: Machine, may_fork: bool) -> None:
    assert answer(machine, machine.clone, NEW_USER | THREAD_FLAG, may_fork=may_fork) == DENY


@machines
def test_limits_are_changed_of_nobody_else(machine: Machine) -> None:
    assert answer(machine, machine.prlimit64, 0) == ALLOW
    assert answer(machine, machine.prlimit64, 1) == DENY
    assert answer(machine, machine.prlimit64, 1 << 32) == ALLOW  # the kernel looks at the low half alone


def test_numbers_of_the_other_abi_of_the_same_processor_are_not_there() -> None:
    machine = MACHINES["x86_64"]
    assert all(answer(machine, X32_BIT | number) == MISSING for number in (0, 41, 59, 101))


@machines
def test_no_call_is_listed_twice(machine: Machine) -> None:
    assert len(set(denied(machine))) == len(denied(machine))
