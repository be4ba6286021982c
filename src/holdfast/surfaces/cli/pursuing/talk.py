"""A conversation in the terminal: a line, a run that streams its reply, and the next line."""

from collections.abc import Awaitable, Callable
from types import TracebackType

from rich.console import Console

from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Hint
from holdfast.kernel.errors import InputError
from holdfast.orchestration.following import Entry
from holdfast.orchestration.handle import Run
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.extension import Ask, Exchange, TalkingCommand
from holdfast.surfaces.cli.pursuing.confirming import confirmed
from holdfast.surfaces.cli.pursuing.interruption import Interruption
from holdfast.surfaces.cli.pursuing.lines import Lines
from holdfast.surfaces.cli.pursuing.pursuit import Pursuit
from holdfast.surfaces.cli.pursuing.race import first_of
from holdfast.surfaces.cli.pursuing.troubles import Troubles
from holdfast.surfaces.cli.showing.results import print_ending
from holdfast.surfaces.cli.showing.terminal import clean, err, out, styled
from holdfast.surfaces.cli.showing.wording import short_id

PROMPT = "> "
EXCHANGES_MAX = 20
"""How many of the latest exchanges a run is told of."""


class Talk:
    """Talks until there is no further line. A request that waits for a person is told of again once it has ended."""

    def __init__(
        self,
        runtime: Runtime,
        command: TalkingCommand,
        options: object,
        troubles: Troubles,
        begin: Callable[[Ask], Awaitable[Run]],
    ) -> None:
        """``begin`` starts a run with what a line asks for."""
        self._runtime, self._command, self._options = runtime, command, options
        self._troubles, self._begin = troubles, begin
        self._lines = Lines()
        self._exchanges: list[Exchange] = []
        self._waiting: dict[str, Run] = {}
        """The requests that wait, by what was said."""

    async def go_on(self) -> int:
        """Talk, and return the exit code."""
        prompt = ""
        if self._lines.are_typed:
            prompt = PROMPT
            err().print(styled(self._command.greeting(self._options)), soft_wrap=True)
        while (line := await self._lines.next(prompt)) is not None:
            if not line.strip():
                continue
            try:
                asked = self._command.ask_next(line.strip(), self._exchanges[-EXCHANGES_MAX:], self._options)
                run = await self._begin(asked)
            except InputError as error:
                err().print(styled(str(error), style="red"), soft_wrap=True)
                continue
            if (stopped := await self._see_through(line.strip(), run)) is not None:
                return stopped
            await self._tell_of_earlier()
        return ExitCode.OK

    async def _see_through(self, said: str, run: Run) -> int | None:
        """Stay with a run until it rests, and give its reply; return the exit code if somebody stopped the talk."""
        with Interruption() as interruption:
            with TalkView(out(), self._command.is_spoken) as view:
                self._troubles.tell(view.remark)
                pursuit = Pursuit(self._runtime, view, interruption, self._troubles)
                state = await pursuit.follow(run)
                while state.outcome is None and not interruption.was_asked:
                    if not await confirmed(
                        run, state, lambda prompt: first_of(self._lines.next(prompt), interruption.wait())
                    ):
                        break
                    state = await pursuit.follow(run)
            if interruption.was_asked:
                return interruption.exit_code
        if state.outcome is None:
            self._waiting[said] = run
            told = f"this waits for a person ({state.parked}); it goes on once it is decided: holdfast inbox"
            err().print(styled(told, style="yellow"), soft_wrap=True)
        else:
            await self._conclude(said, run, state, view.spoken)
        return None

    async def _conclude(self, said: str, run: Run, state: RunState, spoken: str) -> None:
        if state.outcome is None or not state.outcome.is_success:
            print_ending(state, err())
            return
        reply = self._command.reply(await run.value(state))
        self._exchanges.append(Exchange(said, reply))
        if _plain(spoken) != _plain(reply):
            if spoken:
                err().print(styled("corrected:", style="yellow"))
            out().print(clean(reply, keeps_lines=True), soft_wrap=True)

    async def _tell_of_earlier(self) -> None:
        for said, run in list(self._waiting.items()):
            state = await run.state()
            if state.outcome is not None:
                del self._waiting[said]
                err().print(styled(f"about your earlier request, {said!r} (run {short_id(run.id)}):"), soft_wrap=True)
                await self._conclude(said, run, state, "")


class TalkView:
    """Prints what is meant for whoever talks, as it streams; nothing else."""

    def __init__(self, console: Console, is_spoken: Callable[[str], bool]) -> None:
        self._console, self._is_spoken = console, is_spoken
        self._steps: dict[str, str] = {}
        self._last = ""

    @property
    def spoken(self) -> str:
        """All that was printed."""
        return "\n\n".join(self._steps.values())

    def note(self, item: Entry | Hint) -> None:
        if not isinstance(item, Hint) or not self._console.is_terminal or not self._is_spoken(item.step):
            return
        known = self._steps.get(item.step, "")
        if item.offset != len(known):  # a hint was lost, or it begins anew: the journal has the whole
            return
        if self._last not in ("", item.step):
            self._console.print("\n")
        self._last = item.step
        self._steps[item.step] = known + item.text
        self._console.print(clean(item.text, keeps_lines=True), end="", soft_wrap=True)

    def remark(self, text: str) -> None:
        err().print(clean(text), soft_wrap=True)

    def __enter__(self) -> "TalkView":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._steps:
            self._console.print()


def _plain(text: str) -> str:
    return " ".join(text.split())
