"""The exit codes of every command."""

import enum


class ExitCode(enum.IntEnum):
    """The exit codes, as ``holdfast --help`` lists them."""

    OK = 0
    FAILED = 1
    """The run did not succeed, or something broke."""
    USAGE = 2
    """The command line, an input or a definition cannot be used."""
    PARKED = 3
    """The run waits for somebody."""
    REFUSED = 4
    """The run was not begun: an allowance is spent, or too many runs wait."""
    INTERRUPTED = 130
    """Ctrl-C: the run was parked."""
    TERMINATED = 143
    """SIGTERM: the run was parked."""


EXIT_CODES_TOLD = (
    "Exit codes: 0 done · 1 the run failed, or something broke · 2 bad input or definition · "
    "3 the run is parked and waits for somebody · "
    "4 the run was not begun, try again later · 130 stopped by Ctrl-C · 143 stopped by SIGTERM"
)
