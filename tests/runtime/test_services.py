"""Services that tools speak to over HTTP, as the runtime treats them: reached when needed, let go of at its end."""

import asyncio

import pytest

from holdfast import Agent, GitHub, Prompt, Run, Runtime
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import DoubtSettled, StepEnded
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.outcomes import Outcome, Settlement
from holdfast.testing import Grant, MemoryVault
from holdfast.testing.http import FakeGitHub, FakeRepository, served

TOKEN = "ghp-token-of-ada"
COMMENT = call("github__comment_on_issue", {"repository": "acme/shop", "number": 1, "body": "Fixed."})


def hub() -> FakeGitHub:
    github = FakeGitHub()
    github.logins = {TOKEN: "ada"}
    github.add(FakeRepository("acme/shop", {"ada": "push"})).open("ada", "It crashes")
    return github


def vault() -> MemoryVault:
    kept = MemoryVault()
    kept.put("github-token", Grant(value=TOKEN, users=("ada",), servers=("github",)))
    return kept


async def ended(run: Run, clock: VirtualClock) -> object:
    waiting = asyncio.ensure_future(run.result())
    async with asyncio.timeout(30):
        while not waiting.done():
            await clock.advance(1)
    return waiting.result()


@pytest.mark.parametrize("is_lost", ["on its way", "on the way back"])
async def test_a_comment_whose_answer_is_lost_stands_there_once_however_it_was_lost(is_lost: str) -> None:
    github, clock = hub(), VirtualClock()
    github.hangs_up_before, github.hangs_up_after = is_lost == "on its way", is_lost == "on the way back"
    async with served(github) as url:
        connector = GitHub(base_url=url, repositories=("acme/*",))
        desk = Agent("desk", Prompt("desk", "Serve."), "scripted", tools=connector.tools("comment_on_issue"))
        model = ScriptedModel([COMMENT, answer("done")])
        runtime = Runtime.open("memory:", models={"scripted": model}, secrets=[vault()], clock=clock)
        async with runtime as opened:
            run = await opened.start(desk, "go", user="ada")
            assert await ended(run, clock) == "done"
            events = [each.event async for each in run.events(follow=False)]
        assert not connector.is_open
    settled = [each.how for each in events if isinstance(each, DoubtSettled)]
    assert settled == [Settlement.DID_NOT if is_lost == "on its way" else Settlement.HAPPENED]
    assert len(github.repositories["acme/shop"].comments[1]) == 1
    assert TOKEN not in str(events)


async def test_a_user_without_a_token_is_told_so_and_the_run_goes_on() -> None:
    github = hub()
    async with served(github) as url:
        desk = Agent("desk", Prompt("desk", "Serve."), "scripted", tools=GitHub(base_url=url).tools("comment_on_issue"))
        model = ScriptedModel([COMMENT, answer("done")])
        async with Runtime.open("memory:", models={"scripted": model}, secrets=[vault()]) as runtime:
            run = await runtime.start(desk, "go", user="eve")
            assert await run.result() == "done"
            steps = [each.event async for each in run.events(follow=False) if isinstance(each.event, StepEnded)]
    assert [each.outcome for each in steps] == [Outcome.REFUSED]
    assert github.requests == []
