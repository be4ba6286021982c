"""From a run just begun or resumed to its exit code: watches it, then shows how it ended, for people or as JSON."""

import sys
import time
from collections.abc import Sequence

from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Head
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.extension import AppCommand, Ended
from holdfast.surfaces.cli.pursuing.interruption import Interruption
from holdfast.surfaces.cli.pursuing.live_view import LiveView
from holdfast.surfaces.cli.pursuing.plain_view import PlainView
from holdfast.surfaces.cli.pursuing.pursuit import Pursuit, told_earlier
from holdfast.surfaces.cli.pursuing.troubles import Troubles
from holdfast.surfaces.cli.pursuing.views import SilentView, View
from holdfast.surfaces.cli.showing.records import run_record, write_json
from holdfast.surfaces.cli.showing.results import exit_of, print_ending
from holdfast.surfaces.cli.showing.terminal import err, out, styled
from holdfast.surfaces.cli.showing.wording import short_id


class Conduct:
    """How one command accompanies a run."""

    def __init__(
        self, command: AppCommand, options: object, troubles: Troubles, *, as_json: bool, is_quiet: bool
    ) -> None:
        self._command, self._options, self._troubles = command, options, troubles
        self._as_json, self._is_quiet = as_json, is_quiet

    async def accompany(self, runtime: Runtime, run: Run, earlier: Sequence[Head] = (), known: int = 0) -> int:
        """Stay with ``run`` until it rests, see the ``earlier`` ones through, show the result; return the exit code.

        Of what had happened up to version ``known`` nothing is told.
        """
        with Interruption() as interruption:
            with self._view(known) as view:
                self._troubles.tell(view.remark)
                for head in earlier:
                    view.remark(told_earlier(head))
                pursuit = Pursuit(runtime, view, interruption, self._troubles, earlier)
                state = await pursuit.follow(run)
            code = await self._told(run, state, is_driven_elsewhere=not runtime.drives)
            await pursuit.see_through(earlier)
            return interruption.exit_code if interruption.was_asked else code

    def _view(self, known: int) -> View:
        """Return what shows progress, on stderr; ``--json`` leaves stderr to errors unless a person is looking."""
        if self._is_quiet:
            return SilentView()
        if sys.stderr.isatty():
            return LiveView(err(), self._command.progress_line, known)
        return SilentView() if self._as_json else PlainView(err(), self._command.progress_line, known)

    async def _told(self, run: Run, state: RunState, *, is_driven_elsewhere: bool) -> int:
        ended = None
        if state.outcome is not None and state.outcome.is_success:
            ended = Ended(run, state, await run.value(state))
        if self._as_json:
            result = {"result": None} if ended is None else await self._command.record(ended, self._options)
            seconds = (state.ended_at or time.time()) - state.started_at
            write_json(run_record(state, seconds, result))
        elif ended is not None:
            await self._command.show(ended, self._options, out())
        elif state.outcome is not None or state.parked is not None:
            print_ending(state, err() if state.outcome is None else out())
        else:
            self._goes_on(state, is_driven_elsewhere=is_driven_elsewhere)
        return exit_of(state) if ended is None else self._command.exit_code(ended, self._options)

    def _goes_on(self, state: RunState, *, is_driven_elsewhere: bool) -> None:
        """Say what becomes of a run that neither ended nor was parked: it was not this process that drove it."""
        run = short_id(state.run)
        if is_driven_elsewhere:
            told = (
                f"run {run} goes on in another process; to watch: holdfast tail {run}, to stop: holdfast cancel {run}"
            )
        else:
            told = f"run {run} had not begun; go on with: holdfast resume {run}"
        err().print(styled(told), soft_wrap=True)
