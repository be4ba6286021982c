"""Begins a run of an app with what the command line said, and accompanies it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from holdfast.kernel.errors import InputError
from holdfast.kernel.limits import Budget
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.app_command import RunOptions
from holdfast.surfaces.cli.asking.stores import store_url
from holdfast.surfaces.cli.asking.verified import must_be_verified
from holdfast.surfaces.cli.extension import AppCommand, Ask, TalkingCommand
from holdfast.surfaces.cli.problems import reporting
from holdfast.surfaces.cli.pursuing.conduct import Conduct
from holdfast.surfaces.cli.pursuing.pursuit import interrupted_earlier
from holdfast.surfaces.cli.pursuing.talk import Talk
from holdfast.surfaces.cli.pursuing.troubles import Troubles
from holdfast.surfaces.cli.showing.terminal import err, styled


def run_app(name: str, command: AppCommand, ask: Callable[[], Ask], options: RunOptions) -> int:
    """Run the app ``name`` to its end and return the exit code."""
    with reporting(as_json=options.as_json):
        app = Catalogue().find(name)
        if not options.is_unverified:
            _look_before(app, options)
        return asyncio.run(_begin(app, command, ask(), options))


def _look_before(app: App, options: RunOptions) -> None:
    """Refuse an app that fails verification; say of one that is not proved in time that it is not."""
    found = must_be_verified(app, options.store)
    if found.hit and not (options.is_quiet or options.as_json):
        err().print(styled(f"{app.name} is {found.badge}: holdfast verify {app.name} looks further"))


async def _begin(app: App, command: AppCommand, ask: Ask, options: RunOptions) -> int:
    talks = ask.input is None and isinstance(command, TalkingCommand)
    if talks and (options.as_json or options.request_id):
        raise InputError("expected a message beside --json or --request-id, found none: a conversation is many runs")
    models = models_by_agent(options.model_for)
    troubles = Troubles()
    conduct = Conduct(command, ask.options, troubles, as_json=options.as_json, is_quiet=options.is_quiet)
    async with Runtime.open(store_url(options.store), on_trouble=troubles.note) as runtime:
        begin = partial(_start, runtime, app, options, models)
        if talks and isinstance(command, TalkingCommand):
            return await Talk(runtime, command, ask.options, troubles, begin).go_on()
        earlier = await interrupted_earlier(runtime)
        run = await begin(ask)
        return await conduct.accompany(runtime, run, [head for head in earlier if head.run != run.id])


async def _start(runtime: Runtime, app: App, options: RunOptions, models: Mapping[str, str], ask: Ask) -> Run:
    return await runtime.start(
        app,
        writable(ask.input),
        tenant=options.tenant,
        subject=options.subject,
        session=options.session,
        user=options.user or ask.user,
        request_id=options.request_id,
        budget=budget_of(app, options),
        model=options.model,
        models=models,
        is_batch=options.is_batch,
        when_spent=options.when_spent,
    )


def models_by_agent(pairs: Sequence[str]) -> dict[str, str]:
    """Return the models by the agent's name that ``AGENT=MODEL`` pairs say. Raises InputError for anything else."""
    models = {}
    for pair in pairs:
        agent, sign, model = pair.partition("=")
        if not (agent and sign and model):
            raise InputError(f"expected --model-for AGENT=MODEL, found {pair!r}")
        models[agent] = model
    return models


def budget_of(app: App, options: RunOptions) -> Budget | None:
    """Return the app's budget with the limits that were given in place of its own; None if none was."""
    given = {
        "tokens": options.budget_tokens,
        "usd": options.budget_usd,
        "turns": options.turns,
        "seconds": options.seconds,
        "depth": options.depth,
        "fan_out": options.fan_out,
        "descendants": options.descendants,
    }
    limits = {name: limit for name, limit in given.items() if limit is not None}
    return msgspec.structs.replace(app.budget, **limits) if limits else None


def writable(value: object) -> object:
    """Return ``value`` if it can be written down. Raises InputError for text that is not Unicode, as in odd names."""
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError as error:
        raise InputError(
            f"expected an input that is valid Unicode, found {value!r}: rename the file, or name its folder"
        ) from error
    except TypeError:
        pass  # the app's own type, which its validation turns into data
    return value
