"""The command line of one application: its own arguments and options together with those that every run has."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from holdfast.kernel.errors import DefinitionError, HoldfastError
from holdfast.runtime.allowances.admission import WhenSpent
from holdfast.surfaces.cli.asking.apps import brought_command
from holdfast.surfaces.cli.asking.options import JsonOption, QuietOption, StoreOption
from holdfast.surfaces.cli.extension import AppCommand, Ask, InitCommand, PlainCommand
from holdfast.surfaces.cli.problems import reporting

METHODS = ("ask", "progress_line", "record", "show", "exit_code")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What can be said of any run, whatever the application."""

    model: str | None = None
    model_for: tuple[str, ...] = ()
    request_id: str | None = None
    session: str | None = None
    user: str | None = None
    subject: str | None = None
    tenant: str = "default"
    budget_tokens: int | None = None
    budget_usd: float | None = None
    turns: int | None = None
    seconds: float | None = None
    depth: int | None = None
    fan_out: int | None = None
    descendants: int | None = None
    is_batch: bool = False
    when_spent: WhenSpent = "refuse"
    store: str | None = None
    as_json: bool = False
    is_quiet: bool = False
    is_unverified: bool = False


Make = Callable[[str, Callable[[], Sequence[str]], bool], None]
"""Makes something for an app and tells of it: given the app's name, what makes it, and whether to print JSON."""
Start = Callable[[str, AppCommand, Callable[[], Ask], RunOptions], int]
"""Runs an app and returns the exit code: given its name, its command, a way to ask for its input, and the options."""


def load_command(app: str) -> AppCommand:
    """Return the command that ``app`` is run with. Raises DefinitionError."""
    found = brought_command(app)
    if found is None:
        return PlainCommand(app)
    if missing := [name for name in METHODS if not callable(getattr(found, name, None))]:
        raise DefinitionError(
            f"expected the command of app {app!r} to have {', '.join(METHODS)}, found no {missing[0]}"
        )
    command: AppCommand = found  # type: ignore[assignment]  # what a package declares is known by its methods alone
    return command


# Any: Typer's commands have no public type of their own.
def typer_command(app: str, command: AppCommand, start: Start) -> Any:
    """Return the command line of ``app`` as Typer's command."""
    own, shared = _parameters(command.ask), _parameters(_shared)
    if clash := own.keys() & shared.keys():
        raise DefinitionError(f"the command of app {app!r} has options that every run has: {', '.join(sorted(clash))}")

    def call(**given: Any) -> None:
        asked = {name: given.pop(name) for name in own}
        raise typer.Exit(start(app, command, lambda: command.ask(**asked), _shared(**given)))

    return _as_typer(app, call, [*own.values(), *shared.values()], inspect.getdoc(command.ask) or f"Run {app}.")


# Any: as above.
def init_command(app: str, maker: InitCommand, make: Make) -> Any:
    """Return the command line that makes things for ``app``, as Typer's command."""
    own, shared = _parameters(maker.init), _parameters(_shared_by_inits)
    own.pop("folder", None)

    def call(folder: Path, as_json: bool, **given: Any) -> None:  # Typer hands them by name
        make(app, lambda: maker.init(folder=folder, **given), as_json)

    parameters = [*own.values(), *shared.values()]
    return _as_typer(app, call, parameters, inspect.getdoc(maker.init) or f"Make what {app} needs.")


def unusable_command(name: str, error: HoldfastError) -> Any:
    """Return a command that does nothing but tell why there is none, whatever it is given."""

    def fail(given: Annotated[list[str] | None, typer.Argument()] = None) -> None:
        with reporting(as_json="--json" in (given or ())):
            raise error

    typed = typer.Typer(add_completion=False)
    settings = {"ignore_unknown_options": True}
    typed.command(name, help=str(error), add_help_option=False, context_settings=settings)(fail)
    return typer.main.get_command(typed)


def _as_typer(app: str, call: Callable[..., None], parameters: list[inspect.Parameter], told: str) -> Any:
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # where Typer looks for parameters
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    typed = typer.Typer(add_completion=False)
    typed.command(app, help=told)(call)
    return typer.main.get_command(typed)


def _parameters(function: Callable[..., object]) -> dict[str, inspect.Parameter]:
    hints = get_type_hints(function, include_extras=True)
    return {
        name: parameter.replace(annotation=hints.get(name, str), kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(function).parameters.items()
    }


def _shared_by_inits(
    *,
    folder: Annotated[Path, typer.Option("--folder", help="Where to make them.")] = Path(),
    as_json: JsonOption = False,
) -> None: ...


PANEL = "Any run"
UNVERIFIED = "HOLDFAST_UNVERIFIED"
"""Set where apps are run without being verified first, as in tests of apps that are broken on purpose."""


def _option(
    name: str, told: str, metavar: str | None = None, least: float | None = None, envvar: str | None = None
) -> Any:
    return typer.Option(name, help=told, metavar=metavar, min=least, envvar=envvar, rich_help_panel=PANEL)


FanOutOption = Annotated[
    int | None, _option("--fan-out", "How many runs it may begin, and items each of its maps may have.", least=0)
]
UnverifiedOption = Annotated[
    bool, _option("--unverified", "Run it without looking whether it holds what is checked.", envvar=UNVERIFIED)
]


def _shared(
    *,
    model: Annotated[str | None, _option("--model", "The model of every agent.")] = None,
    model_for: Annotated[list[str] | None, _option("--model-for", "The model of one agent.", "AGENT=MODEL")] = None,
    request_id: Annotated[str | None, _option("--request-id", "Your own id: the same one twice is one run.")] = None,
    session: Annotated[str | None, _option("--session", "What this run belongs to, such as a customer.")] = None,
    user: Annotated[str | None, _option("--user", "The end user for whom it acts.")] = None,
    subject: Annotated[str | None, _option("--subject", "Whom it is about: what it holds can be erased.")] = None,
    tenant: Annotated[str, _option("--tenant", "Whose run it is.")] = "default",
    budget_tokens: Annotated[int | None, _option("--budget-tokens", "The most tokens it may use.", least=1)] = None,
    budget_usd: Annotated[float | None, _option("--budget-usd", "The most it may cost.", least=0)] = None,
    turns: Annotated[int | None, _option("--turns", "The most turns its agents may take.", least=1)] = None,
    seconds: Annotated[float | None, _option("--seconds", "The longest it may take.", least=0)] = None,
    depth: Annotated[int | None, _option("--depth", "How many levels of runs may stand below it.", least=0)] = None,
    fan_out: FanOutOption = None,
    descendants: Annotated[
        int | None, _option("--descendants", "How many runs may be begun below it in all.", least=0)
    ] = None,
    is_batch: Annotated[bool, _option("--batch", "Nobody waits for it: other runs go first.")] = False,
    when_spent: Annotated[
        WhenSpent, _option("--when-spent", "While an allowance is spent: refuse the run, or queue it until renewed.")
    ] = "refuse",
    store: StoreOption = None,
    as_json: JsonOption = False,
    is_quiet: QuietOption = False,
    is_unverified: UnverifiedOption = False,
) -> RunOptions:
    return RunOptions(
        model,
        tuple(model_for or ()),
        request_id,
        session,
        user,
        subject,
        tenant,
        budget_tokens,
        budget_usd,
        turns,
        seconds,
        depth,
        fan_out,
        descendants,
        is_batch,
        when_spent,
        store,
        as_json,
        is_quiet,
        is_unverified,
    )
