"""Tries to break out, one attempt a call: a script that is run as a job, by its path and the name of the attempt.

It prints ``denied`` and why, or ``got through`` and what it saw. Whatever it does to a victim is looked at from outside
as well, so that a wrong word of it here hides nothing.
"""

import ctypes
import errno
import json
import os
import re
import resource
import socket
import sys
import time

_libc = ctypes.CDLL(None, use_errno=True)
NEW_USER = 0x1000_0000
BPF, IO_URING, UNSHARE, SHMGET, SETXATTR_AT, CHMOD_AT, UNKNOWN = 0, 1, 2, 3, 4, 5, 6
NUMBERS = {"x86_64": (321, 425, 272, 29, 463, 452, 500), "aarch64": (280, 425, 97, 194, 463, 452, 500)}
FORKS = 300
GIBIBYTE = 1 << 30


def main() -> None:
    """Make the attempt that the first argument names on the victims that the second describes."""
    victims = json.loads(sys.argv[2])
    try:
        seen = ATTEMPTS[sys.argv[1]](victims)
    except (OSError, MemoryError) as error:
        sys.stdout.write(f"denied {type(error).__name__} {error}")
    else:
        sys.stdout.write(f"got through {seen}" if seen else "denied nothing there")


def read_canary(victims: dict[str, str]) -> object:
    with open(victims["canary"], encoding="utf-8") as file:
        return file.read()


def read_shadow(_victims: dict[str, str]) -> object:
    with open("/etc/shadow", encoding="utf-8") as file:
        return len(file.read())


def write_outside(victims: dict[str, str]) -> object:
    with open(victims["outside"], "w", encoding="utf-8") as file:
        return file.write("was here")


def read_secret(victims: dict[str, str]) -> object:
    return victims["secret"] in os.environ


def connect_tcp(victims: dict[str, str]) -> object:
    with socket.create_connection(("127.0.0.1", int(victims["tcp"])), timeout=2) as line:
        return line.getpeername()


def send_udp(victims: dict[str, str]) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        return line.sendto(b"was here", ("127.0.0.1", int(victims["udp"])))


def connect_abstract(victims: dict[str, str]) -> object:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect("\0" + victims["abstract"])
        return "connected"


def read_command_line(victims: dict[str, str]) -> object:
    with open(f"/proc/{victims['process']}/cmdline", encoding="utf-8") as file:
        return file.read()


def signal_process(victims: dict[str, str]) -> object:
    os.kill(int(victims["process"]), 0)
    return "it is there"


def new_namespace(_victims: dict[str, str]) -> object:
    return _raw(UNSHARE, NEW_USER) == 0


def load_bpf(_victims: dict[str, str]) -> object:
    return _known(BPF, 0, 0, 0)


def set_up_ring(_victims: dict[str, str]) -> object:
    return _known(IO_URING, 1, 0)


def allocate(_victims: dict[str, str]) -> object:
    return len(bytearray(GIBIBYTE))


def spin(_victims: dict[str, str]) -> object:
    while True:
        pass


def match_for_ever(_victims: dict[str, str]) -> object:
    """Backtrack through some 2 ** 60 ways to match, inside one call of the engine."""
    return re.match("(a+)+b", "a" * 60)


def fork_many(_victims: dict[str, str]) -> object:
    count = 0
    for _ in range(FORKS):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        count += 1
    return count


def stay_behind(_victims: dict[str, str]) -> object:
    """Become a daemon: a session of its own, and nobody's child."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for descriptor in (0, 1, 2):
                os.close(descriptor)
            time.sleep(60)
        os._exit(0)
    return "forked"


def stat_outside(victims: dict[str, str]) -> object:
    return os.stat(victims["canary"]).st_size


def change_mode(victims: dict[str, str]) -> object:
    os.chmod(victims["owned"], 0o666)
    return "changed"


def change_owner(victims: dict[str, str]) -> object:
    os.chown(victims["owned"], os.getuid(), os.getgid())
    return "changed"


def change_times(victims: dict[str, str]) -> object:
    os.utime(victims["owned"], (1, 1))
    return "changed"


def set_attribute(victims: dict[str, str]) -> object:
    os.setxattr(victims["owned"], "user.was", b"here")
    return "set"


def limit_process(victims: dict[str, str]) -> object:
    return resource.prlimit(int(victims["process"]), resource.RLIMIT_NOFILE, (16, 16))


def slow_process(victims: dict[str, str]) -> object:
    os.setpriority(os.PRIO_PROCESS, int(victims["process"]), 19)
    return "slowed"


def pin_process(victims: dict[str, str]) -> object:
    os.sched_setaffinity(int(victims["process"]), {0})
    return "pinned"


def share_memory(victims: dict[str, str]) -> object:
    """Find the segment that somebody outside has made."""
    return _raw(SHMGET, int(victims["memory_key"]), 0, 0) >= 0


def change_mode_raw(victims: dict[str, str]) -> object:
    return _known(CHMOD_AT, -100, victims["owned"].encode(), 0o666, 0)


def set_attribute_raw(victims: dict[str, str]) -> object:
    return _known(SETXATTR_AT, -100, victims["owned"].encode(), 0, b"user.was", None, 0)


def call_unknown(_victims: dict[str, str]) -> object:
    """A number that is not reviewed must be answered as if the kernel had no such call."""
    return _known(UNKNOWN)


def print_much(_victims: dict[str, str]) -> object:
    for _ in range(100):
        sys.stdout.write("x" * 1_000_000)
    return None


def find_descriptors(_victims: dict[str, str]) -> object:
    found = [number for number in range(3, 64) if _is_open(number)]
    if not os.isatty(0):
        return found
    return [*found, "terminal"]


def read_memory(victims: dict[str, str]) -> object:
    with open(f"/proc/{victims['process']}/mem", "rb") as file:
        return file.fileno()


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _known(call: int, *arguments: object) -> object:
    """Make a raw call; whatever but EPERM and ENOSYS shows that the kernel has looked at it."""
    result = _raw(call, *arguments)
    refused = result < 0 and ctypes.get_errno() in (errno.EPERM, errno.ENOSYS)
    return None if refused else f"the kernel answered {result}, {os.strerror(ctypes.get_errno())}"


def _raw(call: int, *arguments: object) -> int:
    number = NUMBERS[os.uname().machine][call]
    wide = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    result: int = _libc.syscall(ctypes.c_long(number), *wide)
    return result


ATTEMPTS = {
    name: attempt
    for name, attempt in list(globals().items())
    if callable(attempt) and getattr(attempt, "__module__", "") == __name__ and name != "main" and name[0] != "_"
}

if __name__ == "__main__":
    main()
