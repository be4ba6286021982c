"""The probes: what each tries, and how it must end."""

import enum

import msgspec

from holdfast.integration.tools.sandbox.port import MEGABYTE, Limits


class Must(enum.Enum):
    """How a probe ends where the sandbox holds."""

    BE_DENIED = "denied"
    RUN_OUT = "stopped at a limit"
    LEAVE_NOTHING = "nothing left of it"
    BE_CUT = "cut at the limit"


class Probe(msgspec.Struct, frozen=True):
    """One attempt to get out."""

    name: str
    attempt: str
    """The function of ``inside.py``."""
    tries: str
    """What it tries, for people."""
    must: Must = Must.BE_DENIED
    limits: Limits = Limits(cpu_seconds=5, wall_seconds=20)


FORKING = Limits(cpu_seconds=5, wall_seconds=20, may_fork=True)
SHORT = Limits(cpu_seconds=1, wall_seconds=5)
BRIEF = Limits(cpu_seconds=60, wall_seconds=1)
SMALL_OUTPUT = Limits(output_bytes=MEGABYTE, cpu_seconds=5, wall_seconds=20)

PROBES = (
    Probe("read_outside", "read_canary", "read a file outside the work folder"),
    Probe("read_shadow", "read_shadow", "read /etc/shadow"),
    Probe("write_outside", "write_outside", "write a file outside the work folder"),
    Probe("read_environment", "read_secret", "find a secret of ours in the environment"),
    Probe("connect_tcp", "connect_tcp", "connect to a TCP listener on loopback"),
    Probe("send_udp", "send_udp", "send a UDP datagram to loopback"),
    Probe("connect_abstract", "connect_abstract", "connect to an abstract UNIX socket"),
    Probe("read_command_line", "read_command_line", "read the command line of a process of ours"),
    Probe("signal_process", "signal_process", "send signal 0 to a process of ours"),
    Probe("new_namespace", "new_namespace", "make a user namespace"),
    Probe("load_bpf", "load_bpf", "load a program into the kernel with bpf()"),
    Probe("set_up_ring", "set_up_ring", "go round the filter with io_uring"),
    Probe("allocate", "allocate", "allocate 1 GiB", Must.RUN_OUT),
    Probe("spin", "spin", "spin for ever", Must.RUN_OUT, SHORT),
    Probe("match_for_ever", "match_for_ever", "hang in a regular expression", Must.RUN_OUT, BRIEF),
    Probe("fork_many", "fork_many", "fork 300 times"),
    Probe("leave_forks", "fork_many", "fork 300 times where forking is allowed", Must.LEAVE_NOTHING, FORKING),
    Probe("stay_behind", "stay_behind", "leave a daemon behind where forking is allowed", Must.LEAVE_NOTHING, FORKING),
    Probe("stat_outside", "stat_outside", "see whether a file outside exists, and its size"),
    Probe("change_mode", "change_mode", "change the mode of a file outside"),
    Probe("change_owner", "change_owner", "change the owner of a file outside"),
    Probe("change_times", "change_times", "change the times of a file outside"),
    Probe("set_attribute", "set_attribute", "set an attribute of a file outside"),
    Probe("limit_process", "limit_process", "lower the limits of a process of ours"),
    Probe("slow_process", "slow_process", "lower the priority of a process of ours"),
    Probe("pin_process", "pin_process", "pin a process of ours to one processor"),
    Probe("share_memory", "share_memory", "find shared memory of ours"),
    Probe("change_mode_raw", "change_mode_raw", "change a mode with fchmodat2(), which is newer than most filters"),
    Probe("set_attribute_raw", "set_attribute_raw", "set an attribute with setxattrat(), which is newer still"),
    Probe("call_unknown", "call_unknown", "make a call with a number that nobody has reviewed"),
    Probe("print_much", "print_much", "print 100 MB", Must.BE_CUT, SMALL_OUTPUT),
    Probe("find_descriptors", "find_descriptors", "find an open file of ours, or a terminal"),
    Probe("read_memory", "read_memory", "read the memory of a process of ours"),
)
