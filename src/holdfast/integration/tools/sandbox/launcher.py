"""Starts one job under its confinement and outlives it, to see that nothing of it is left. A script of its own.

It is run by path, isolated and without site packages, with an order as JSON for its argument: so it may import nothing
but the standard library, and little of that. It forks; the child confines itself step by step and becomes the job, the
parent waits for it, kills whatever the job has left behind, and writes how it ended to the descriptor ``report``.

The order of the steps matters: paths are opened while we may, privileges go before the filter, the filter comes last.
"""

import base64
import ctypes
import json
import os
import resource
import signal
import sys
import time

SET_PDEATHSIG, SET_KEEPCAPS, SET_SECCOMP, SET_CHILD_SUBREAPER, SET_NO_NEW_PRIVS, CAP_AMBIENT = 1, 8, 22, 36, 38, 47
SECCOMP_MODE_FILTER, CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH = 2, 2, 2
CREATE_RULESET, ADD_RULE, RESTRICT_SELF, RULE_PATH_BENEATH = 444, 445, 446, 1
CAPABILITY_VERSION_3 = 0x2008_0522
SWEEPS_MAX = 500
SWEEP_SECONDS = 0.002
NOT_CONFINED = 125

_libc = ctypes.CDLL(None, use_errno=True)


class Order:
    """What is to be run and how, as the parent wrote it."""

    def __init__(self, text: str) -> None:
        given = json.loads(text)
        self.command: list[str] = given["command"]
        self.environment: dict[str, str] = given["environment"]
        self.folder: str = given["folder"]
        self.limits: dict[str, tuple[int, int]] = given["limits"]
        self.handled: list[int] = given["handled"]
        self.rules: list[tuple[str, int]] = given["rules"]
        self.filter = base64.b64decode(given["filter"])
        self.filter_argument: int | None = given["filter_argument"]
        self.uid: int | None = given["uid"]
        self.reads_all: bool = given["reads_all"]
        self.report: int = given["report"]


def main() -> None:
    """Run the job, clear up after it, and report."""
    order = Order(sys.argv[1])
    _prctl(SET_PDEATHSIG, signal.SIGTERM)
    _prctl(SET_CHILD_SUBREAPER, 1)
    failed, telling = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # until there is a job to be killed by it
    launcher = os.getpid()
    job = os.fork()
    if job == 0:
        _become(order, telling, launcher)
    os.close(telling)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: _kill(job))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    with os.fdopen(failed, "rb") as reader:
        problem = reader.read().decode()
    _, status = os.waitpid(job, 0)
    left = _sweep()
    told = {"problem": problem, "code": os.waitstatus_to_exitcode(status), "left": left}
    os.write(order.report, json.dumps(told).encode())


def _kill(job: int) -> None:
    try:
        os.kill(job, signal.SIGKILL)
    except ProcessLookupError:
        return


def _sweep() -> int:
    """Kill what the job has left, which has become ours; return how many there still are in the end."""
    for _ in range(SWEEPS_MAX):
        found = _descendants()
        for each in found:
            _kill(each)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return 0
        time.sleep(SWEEP_SECONDS)
    return len(_descendants())


def _descendants() -> list[int]:
    """Return all processes below this one."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it is gone
            parents.setdefault(parent, []).append(int(name))
    found, ahead = [], [os.getpid()]
    while ahead:
        below = parents.get(ahead.pop(), [])
        found.extend(below)
        ahead.extend(below)
    return found


def _become(order: Order, telling: int, launcher: int) -> None:
    """Turn this process into the job; whatever fails on the way is told, and nothing runs."""
    try:
        command = _confine(order, telling)
        if os.getppid() != launcher:  # gone before it could be noticed
            os._exit(NOT_CONFINED)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        os.execve(command[0], command, order.environment)
    except BaseException as error:  # a confinement that breaks, however it does, ends here
        os.write(telling, f"{type(error).__name__}: {error}".encode())
    os._exit(NOT_CONFINED)


def _confine(order: Order, telling: int) -> list[str]:
    """Give up everything that the job is not to have, and return the command to become."""
    command = list(order.command)
    keeps = {telling}
    if order.filter_argument is not None:
        command[order.filter_argument] = str(_as_file(order.filter, keeps))
    _close_all_but(keeps)
    os.chdir(order.folder)
    for name, (soft, hard) in order.limits.items():
        resource.setrlimit(getattr(resource, name), (soft, hard))
    _prctl(SET_NO_NEW_PRIVS, 1)
    if order.rules:
        _restrict_paths(order)
    if order.uid is not None:
        _change_user(order.uid, reads_all=order.reads_all)
    _prctl(SET_PDEATHSIG, signal.SIGKILL)
    if order.filter_argument is None:
        _filter_calls(order.filter)
    return command


def _as_file(content: bytes, keeps: set[int]) -> int:
    """Return a descriptor that the job's own launcher can read the filter from."""
    descriptor = os.memfd_create("filter", 0)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    keeps.add(descriptor)
    return descriptor


def _close_all_but(keeps: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        descriptor = int(name)
        if descriptor > 2 and descriptor not in keeps:
            try:
                os.close(descriptor)
            except OSError:
                continue  # the one that the listing itself was read through


def _restrict_paths(order: Order) -> None:
    """Landlock: from here on only what a rule names can be opened."""
    handled = (ctypes.c_uint64 * len(order.handled))(*order.handled)
    ruleset = _call(CREATE_RULESET, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    for path, rights in order.rules:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = rights.to_bytes(8, sys.byteorder) + descriptor.to_bytes(4, sys.byteorder)
        _call(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
        os.close(descriptor)
    _call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _change_user(uid: int, *, reads_all: bool) -> None:
    """Become a user that owns nothing; where the interpreter lies in a private folder, one that may yet read it.

    What may be read is bounded by the rules on paths, not by the owner's permissions.
    """
    if reads_all:
        _prctl(SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if reads_all:
        wanted = 1 << CAP_DAC_READ_SEARCH
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        data = (ctypes.c_uint32 * 6)(wanted, wanted, wanted, 0, 0, 0)
        if _libc.capset(ctypes.byref(header), ctypes.byref(data)):
            raise OSError(ctypes.get_errno(), "capset")
        _prctl(CAP_AMBIENT, CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH)


def _filter_calls(program: bytes) -> None:
    class Program(ctypes.Structure):
        _fields_ = (("count", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

    _prctl(SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(Program(len(program) // 8, program)))


def _prctl(option: int, *arguments: object) -> None:
    padded = (*arguments, 0, 0, 0, 0)[:4]
    wide = (ctypes.c_ulong(each) if isinstance(each, int) else each for each in padded)
    if _libc.prctl(option, *wide):
        raise OSError(ctypes.get_errno(), f"prctl {option}: {os.strerror(ctypes.get_errno())}")


def _call(number: int, *arguments: object) -> int:
    wide = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    result: int = _libc.syscall(ctypes.c_long(number), *wide)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}: {os.strerror(ctypes.get_errno())}")
    return result


if __name__ == "__main__":
    main()
