"""Forks a run and stays with the fork."""

from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.app_command import load_command
from holdfast.surfaces.cli.asking.fork_wish import ForkWish
from holdfast.surfaces.cli.asking.stores import must_be_there, store_url
from holdfast.surfaces.cli.pursuing.again import person
from holdfast.surfaces.cli.pursuing.conduct import Conduct
from holdfast.surfaces.cli.pursuing.troubles import Troubles
from holdfast.surfaces.cli.showing.forks import fork_told
from holdfast.surfaces.cli.showing.terminal import err, styled


async def fork_run(run_id: str, wish: ForkWish, store: str | None, *, as_json: bool, is_quiet: bool) -> int:
    """Fork the run, stay with the fork until it rests, and return its exit code."""
    url = must_be_there(store_url(store))
    troubles = Troubles()
    async with Runtime.open(url, recovers=False, on_trouble=troubles.note) as runtime:
        original = await runtime.run(run_id)
        head = await original.head()
        conduct = Conduct(load_command(head.app), None, troubles, as_json=as_json, is_quiet=is_quiet)
        fork = await _forked(runtime, original, wish)
        state = await fork.state()
        if not (as_json or is_quiet):
            err().print(styled(fork_told(state)), soft_wrap=True)
        inherited = 0 if state.origin is None else state.origin.version
        return await conduct.accompany(runtime, fork, known=inherited)


async def _forked(runtime: Runtime, original: Run, wish: ForkWish) -> Run:
    budget = wish.budget((await original.state()).budget)
    return await runtime.fork(
        original,
        at=wish.at,
        live=wish.is_live,
        model=wish.model,
        models=wish.models,
        prompts=wish.prompts,
        budget=budget,
        request_id=wish.request_id,
        by=wish.by or person(),
        note=wish.note,
    )
