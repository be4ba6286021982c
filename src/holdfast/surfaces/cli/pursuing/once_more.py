"""Decides on runs that failed: has them go on and stays with them, or takes them out of the list of dead letters."""

from collections.abc import Sequence

from holdfast.kernel.errors import InputError, RunNotFound
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.app_command import load_command
from holdfast.surfaces.cli.asking.stores import must_be_there, reading, store_url
from holdfast.surfaces.cli.asking.wish import Wish
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.problems import tell_error
from holdfast.surfaces.cli.pursuing.again import person
from holdfast.surfaces.cli.pursuing.conduct import Conduct
from holdfast.surfaces.cli.pursuing.troubles import Troubles
from holdfast.surfaces.cli.showing.records import write_json
from holdfast.surfaces.cli.showing.terminal import out, styled
from holdfast.surfaces.cli.showing.wording import short_id


async def requeue_runs(runs: Sequence[str], wish: Wish, store: str | None, *, as_json: bool, is_quiet: bool) -> int:
    """Requeue the runs, stay with each that goes on, and return the worst exit code.

    One that cannot be requeued is told of, and keeps no other from it.
    """
    url = must_be_there(store_url(store))
    troubles = Troubles()
    code: int = ExitCode.OK
    async with Runtime.open(url, recovers=False, on_trouble=troubles.note) as runtime:
        taken_up: list[tuple[Run, Conduct, int]] = []
        for run_id in runs:
            try:
                run = await runtime.run(run_id)
                head = await run.head()
                conduct = Conduct(load_command(head.app), None, troubles, as_json=as_json, is_quiet=is_quiet)
                await _requeue(run, wish)
            except (InputError, RunNotFound) as error:
                code = max(code, tell_error(error, as_json=as_json))
            else:
                taken_up.append((run, conduct, head.version))
        for run, conduct, version in taken_up:
            code = max(code, await conduct.accompany(runtime, run, known=version))
    return code


async def drop_runs(runs: Sequence[str], by: str | None, note: str, store: str | None, *, as_json: bool) -> int:
    """Take the runs out of the list of dead letters and return the exit code; nothing is driven for that."""
    code: int = ExitCode.OK
    async with reading(store) as runtime:
        for run_id in runs:
            try:
                run = await runtime.run(run_id)
                await run.drop(by=by or person(), note=note)
            except (InputError, RunNotFound) as error:
                code = max(code, tell_error(error, as_json=as_json))
                continue
            if as_json:
                write_json({"run_id": run.id, "dropped": True, "note": note})
            else:
                told = f"run {short_id(run.id)} is no dead letter any more; it can still be requeued"
                out().print(styled(told), soft_wrap=True)
    return code


async def _requeue(run: Run, wish: Wish) -> None:
    await run.requeue(
        from_step=wish.from_step,
        repeats_effects=wish.repeats_effects,
        budget=wish.budget,
        by=wish.by or person(),
        note=wish.note,
    )
