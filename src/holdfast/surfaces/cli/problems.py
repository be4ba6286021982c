"""An error, told in one sentence on stderr, and its exit code: never a traceback for what is raised on purpose."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import typer

from holdfast.kernel.errors import DefinitionError, Erased, HoldfastError, InputError, Overloaded, RunNotFound
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.showing.terminal import clean


@contextmanager
def reporting(*, as_json: bool) -> Iterator[None]:
    """Tell what the block raises on purpose, and end the command with the code for it."""
    try:
        yield
    except HoldfastError as error:
        raise typer.Exit(tell_error(error, as_json=as_json)) from error
    except BaseExceptionGroup as group:
        raise typer.Exit(tell_error(_ours(group), as_json=as_json)) from group


def tell_error(error: HoldfastError, *, as_json: bool) -> int:
    """Write ``error`` to stderr and return the exit code it stands for."""
    tell(type(error).__name__, str(error), as_json=as_json)
    match error:
        case InputError() | DefinitionError() | RunNotFound() | Erased():
            return ExitCode.USAGE
        case Overloaded():
            return ExitCode.REFUSED
        case _:
            return ExitCode.FAILED


def tell(kind: str, message: str, *, as_json: bool) -> None:
    """Write one problem to stderr: a sentence, or a JSON object."""
    if as_json:
        problem = {"error": {"kind": kind, "message": clean(message, keeps_lines=True)}}
        print(msgspec.json.encode(problem).decode(), file=sys.stderr)
    else:
        print(f"holdfast: {clean(message)}", file=sys.stderr)


def _ours(group: BaseExceptionGroup[BaseException]) -> HoldfastError:
    """Return the first error in ``group`` that was raised on purpose; raise the group if there is none."""
    ours, _ = group.split(HoldfastError)
    first: BaseException | None = ours
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    if isinstance(first, HoldfastError):
        return first
    raise group
