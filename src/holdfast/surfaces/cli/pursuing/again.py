"""Takes up a run that is there already: to go on with it, to decide what it waits for, or to end it."""

import asyncio
import getpass

from holdfast.journal.fold.state import RunState, UnseenCall
from holdfast.kernel import paths
from holdfast.kernel.errors import InputError
from holdfast.kernel.messages import Usage
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.app_command import load_command
from holdfast.surfaces.cli.asking.stores import must_be_there, store_url
from holdfast.surfaces.cli.asking.word import Choice, Ruled, Word
from holdfast.surfaces.cli.pursuing.conduct import Conduct
from holdfast.surfaces.cli.pursuing.race import first_of
from holdfast.surfaces.cli.pursuing.ruling import rule
from holdfast.surfaces.cli.pursuing.troubles import Troubles

CANCEL_SECONDS_MAX = 30.0
"""How long to wait for the driver of a run to end it."""


async def resume_run(run_id: str, store: str | None, *, as_json: bool, is_quiet: bool) -> int:
    """Have the run driven again, stay with it and return the exit code; one that is over is shown as it ended."""
    url = must_be_there(store_url(store))
    troubles = Troubles()
    async with Runtime.open(url, recovers=False, on_trouble=troubles.note) as runtime:
        run = await runtime.run(run_id)
        head = await run.head()
        conduct = Conduct(load_command(head.app), None, troubles, as_json=as_json, is_quiet=is_quiet)
        if not head.is_over:
            await run.resume(by=person())
        return await conduct.accompany(runtime, run, known=head.version)


async def decide_run(
    run_id: str, word: Word | Choice | Ruled, store: str | None, *, as_json: bool, is_quiet: bool
) -> int:
    """Answer a question, settle a doubt or say yes or no to a call; stay with the run and return the exit code."""
    url = must_be_there(store_url(store))
    troubles = Troubles()
    async with Runtime.open(url, recovers=False, on_trouble=troubles.note) as runtime:
        run = await runtime.run(run_id)
        head = await run.head()
        conduct = Conduct(load_command(head.app), None, troubles, as_json=as_json, is_quiet=is_quiet)
        match word:
            case Word(step, how, result, by, note):
                await run.settle(step, how, result, by=by or person(), note=note)
            case Choice(step, choice, value, by, note):
                await run.answer(step, choice, value, by=by or person(), note=note)
            case Ruled():
                await rule(run, word, person(), asks=not as_json)
        return await conduct.accompany(runtime, run, known=head.version)


async def reconcile_call(
    run_id: str, turn: str | None, attempt: int | None, usage: Usage, store: str | None, *, by: str | None, note: str
) -> UnseenCall:
    """Say what the one call that is meant has consumed, and return how it was charged. Raises InputError."""
    async with Runtime.open(must_be_there(store_url(store)), drives=False) as runtime:
        run = await runtime.run(run_id)
        found = [
            call
            for call in (await run.state()).unseen
            if turn in (None, paths.turn(call.node, call.turn)) and attempt in (None, call.attempt)
        ]
        if len({(call.node, call.turn, call.attempt) for call in found}) != 1:
            told = ", ".join(f"{paths.turn(call.node, call.turn)} --attempt {call.attempt}" for call in found)
            raise InputError(f"expected one model call whose reply was never seen, found {told or 'none'}")
        call = found[0]
        await run.reconcile(call.node, call.turn, call.attempt, usage, by=by or person(), note=note)
        return call


async def cancel_run(run_id: str, reason: str, store: str | None, *, abandons_doubts: bool = False) -> RunState:
    """Ask for the run to end, wait for that a while, and return its state. Raises HoldfastError if it is undrivable."""
    url = must_be_there(store_url(store))
    troubles = Troubles()
    async with Runtime.open(url, recovers=False, on_trouble=troubles.note) as runtime:
        run = await runtime.run(run_id)
        if not (await run.head()).is_over:
            await run.cancel(reason, by=person(), abandons_doubts=abandons_doubts)
            await first_of(run.wait(), troubles.give_up(run.id), _patience(run))
        return await run.state()


def person() -> str:
    """Return who is at the keyboard, as far as the system knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "caller"


async def _patience(run: Run) -> RunState:
    await asyncio.sleep(CANCEL_SECONDS_MAX)
    return await run.state()
