"""What goes wrong is told without secrets: in the words of an error, in those behind it, and in its notes."""

import logging

from holdfast.dispatch.port import OnTrouble
from holdfast.governance.redaction.known import Known
from holdfast.kernel.ids import RunId

_log = logging.getLogger("holdfast")

OF_SYSTEM = ("strerror", "filename", "filename2")
"""What an OSError says beside its arguments."""
ERRORS_MAX = 100
"""How many errors behind one another are looked through."""


def without_secrets(told: OnTrouble | None, known: Known) -> OnTrouble:
    """Return what tells ``told``, or else the log, of a trouble once no error in it quotes a known value."""
    tell_on = told or _log_trouble

    def tell(run: RunId | None, error: Exception) -> None:
        if known:
            clean_error(error, known)
        tell_on(run, error)

    return tell


def clean_error(error: BaseException, known: Known) -> None:
    """Take the known values out of ``error``, in place, and out of every error that it came from."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < ERRORS_MAX:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        each.args = tuple(_clean(argument, known) for argument in each.args)
        for name in (*vars(each), *OF_SYSTEM):
            if isinstance(value := getattr(each, name, None), str):
                setattr(each, name, known.text(value))
        if notes := getattr(each, "__notes__", None):
            notes[:] = [known.text(note) for note in notes]
        waiting += [one for one in (each.__cause__, each.__context__) if one is not None]
        waiting += each.exceptions if isinstance(each, BaseExceptionGroup) else ()


def _clean(argument: object, known: Known) -> object:
    return known.data(argument) if isinstance(argument, str | bytes | list | tuple | dict) else argument


def _log_trouble(run: RunId | None, error: Exception) -> None:
    _log.error("%s: %s", run or "dispatcher", error, exc_info=error)
