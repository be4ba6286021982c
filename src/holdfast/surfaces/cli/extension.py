"""What an application may bring along for its own command: options, words while it works, a way to show results.

A package declares it beside its app, under the entry point group ``holdfast.cli`` and the app's name; the entry names
an object that is an ``AppCommand``. An app without one is run with ``PlainCommand``, also a good one to inherit from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, runtime_checkable

import typer
from rich.console import Console

from holdfast.journal.fold.state import RunState
from holdfast.orchestration.people.following import Entry
from holdfast.orchestration.run.handle import Run
from holdfast.surfaces.cli.asking.app_input import read_input
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.showing.results import print_result


@dataclass(frozen=True, slots=True)
class Ask:
    """What a command line asks for: the run's input, and what the command itself wants to remember of its options.

    An app that talks gives no input where it is to begin a conversation.
    """

    input: object
    options: object = None
    user: str | None = None
    """The end user for whom the run acts, if the command line does not say."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that succeeded, perhaps in part: the handle, its state, and its value as JSON data."""

    run: Run
    state: RunState
    value: object


class AppCommand(Protocol):
    """How an application is called and how its results are shown.

    ``options`` is what ``ask`` remembered; None when the run was resumed, so that nothing is known but the run. A run
    that failed or was parked is told in the same words for every app, and never handed in here.
    """

    @property
    def ask(self) -> Callable[..., Ask]:
        """A function whose parameters, annotated for Typer, are the command's arguments and options; its docstring is
        the command's help. Raises InputError for what the app cannot use."""

    def progress_line(self, entry: Entry) -> str | None:
        """Return a line to print when this happened, None for nothing beside the progress that is shown anyway."""

    async def record(self, ended: Ended, options: object) -> Mapping[str, object]:
        """Return the fields of ``--json`` that tell the result, beside those every run has."""

    async def show(self, ended: Ended, options: object, console: Console) -> None:
        """Print what came of it. The console reads no markup: ``styled`` makes text of whatever comes from outside."""

    def exit_code(self, ended: Ended, options: object) -> int:
        """Return the exit code for the result."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What somebody said in a conversation, and the reply."""

    said: str
    reply: str


@runtime_checkable
class TalkingCommand(Protocol):
    """What the command of an app has beside if one can talk with it: a line, a run, its reply, and the next line."""

    def greeting(self, options: object) -> str:
        """Return what is said before the first line."""

    def ask_next(self, line: str, earlier: Sequence[Exchange], options: object) -> Ask:
        """Return what to begin a run with. Raises InputError for what the app cannot use."""

    def is_spoken(self, step: str) -> bool:
        """Whether what the model streams at ``step`` is meant for whoever talks."""

    def reply(self, value: object) -> str:
        """Return the words of a run's result."""


@runtime_checkable
class InitCommand(Protocol):
    """What the command of an app has beside if ``holdfast init`` is to make what it needs.

    A package may declare it apart from the command, under the entry point group ``holdfast.init``: so the app can be
    kept from knowing how it was made.
    """

    @property
    def init(self) -> Callable[..., Sequence[str]]:
        """A function that makes it in the ``folder`` it is given, and returns what was made and what to do next, a line
        each. Its further parameters, annotated for Typer, are options of ``holdfast init APP``; its docstring is the
        help. Raises InputError."""


class PlainCommand:
    """Runs an app that brings no command of its own: one input, and the result as it is."""

    def __init__(self, app: str) -> None:
        self._app = app

    def ask(
        self,
        text: Annotated[
            str | None, typer.Argument(metavar="INPUT", help="The input: text, or JSON; - reads it from stdin.")
        ] = None,
    ) -> Ask:
        return Ask(read_input(self._app, text))

    def progress_line(self, entry: Entry) -> str | None:
        return None

    async def record(self, ended: Ended, options: object) -> Mapping[str, object]:
        return {"result": ended.value}

    async def show(self, ended: Ended, options: object, console: Console) -> None:
        print_result(ended.state, ended.value, console)

    def exit_code(self, ended: Ended, options: object) -> int:
        return ExitCode.OK
