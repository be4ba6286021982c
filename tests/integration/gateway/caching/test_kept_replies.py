"""Replies kept for identical requests: found within their time, by their tenant alone."""

import asyncio
from pathlib import Path

import pytest

from holdfast.integration.gateway.caching.file import FileReplies
from holdfast.integration.gateway.caching.memory import MemoryReplies
from holdfast.integration.gateway.caching.port import KeptReplies, packed, unpacked
from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.routing.caller import Caller
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.messages import Reply, Role, StopReason, Usage, say
from holdfast.kernel.ways import Way
from tests.integration.gateway.asking import asked

CACHED = Caller(cached_seconds=60.0)


@pytest.fixture(params=["memory", "file"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[KeptReplies, VirtualClock]:
    clock = VirtualClock()
    return (MemoryReplies(clock) if request.param == "memory" else FileReplies(tmp_path / "r", clock)), clock


def unheard(_text: str) -> None:
    """Nobody listens."""


class Asked:
    """A gateway over a model that counts."""

    def __init__(self, replies: KeptReplies, clock: VirtualClock, scope: str = "") -> None:
        self.times = 0
        self.gateway = Gateway({"m": ScriptedModel(self._say, name="m")}, clock, replies=replies, scope=scope)

    def _say(self, _request: ModelRequest) -> str:
        self.times += 1
        return f"answer {self.times}"

    async def ask(self, caller: Caller = CACHED, said: str = "Hello.") -> Reply:
        return await self.gateway.call("m", asked(said), unheard, caller)


async def test_the_same_request_is_answered_once_and_then_from_what_was_kept(
    kept: tuple[KeptReplies, VirtualClock],
) -> None:
    model = Asked(*kept)
    first, second = await model.ask(), await model.ask()
    assert (first.message, model.times) == (second.message, 1)
    assert second.usage == Usage(cost_usd=0.0)
    assert second.way == Way(is_cached=True)
    assert (await model.ask(said="Bye.")).message.text == "answer 2"


async def test_it_is_asked_again_once_its_time_is_over(kept: tuple[KeptReplies, VirtualClock]) -> None:
    model = Asked(*kept)
    await model.ask()
    await kept[1].advance(60)
    await model.ask()
    assert model.times == 2


async def test_no_tenant_app_or_run_about_a_person_gets_what_another_was_told(
    kept: tuple[KeptReplies, VirtualClock],
) -> None:
    model, elsewhere = Asked(*kept), Asked(*kept, scope="another app")
    await model.ask()
    await model.ask(Caller(cached_seconds=60.0, tenant="another"))
    await model.ask(Caller(cached_seconds=60.0, may_keep=False))
    await model.ask(Caller())
    await elsewhere.ask()
    assert (model.times, elsewhere.times) == (4, 1)


async def test_the_text_that_was_kept_is_told_as_if_it_came(kept: tuple[KeptReplies, VirtualClock]) -> None:
    model, heard = Asked(*kept), list[str]()
    await model.ask()
    await model.gateway.call("m", asked("Hello."), heard.append, CACHED)
    assert heard == ["answer 1"]


@pytest.mark.parametrize("reason", StopReason)
def test_only_a_reply_that_is_whole_is_kept(reason: StopReason) -> None:
    reply = Reply(say(Role.ASSISTANT, "so far"), reason, Usage(), "m")
    is_whole = reason in (StopReason.END_TURN, StopReason.TOOL_USE, StopReason.STOP_SEQUENCE)
    assert (packed(reply) is not None) == is_whole


def test_what_cannot_be_read_any_more_is_asked_again() -> None:
    assert unpacked(b"from another time") is None
    reply = Reply(say(Role.ASSISTANT, "x" * 1_000_000), StopReason.END_TURN, Usage(), "m")
    assert packed(reply) is None


async def test_a_file_outlives_the_process_and_a_damaged_one_is_as_good_as_none(tmp_path: Path) -> None:
    clock, path = VirtualClock(), tmp_path / "runs.db.replies"
    first = FileReplies(path, clock)
    await Asked(first, clock).ask()
    first.close()
    again = FileReplies(path, clock)
    model = Asked(again, clock)
    await model.ask()
    assert model.times == 0
    again.close()
    path.write_bytes(b"no database at all, though long enough to look like one" * 100)
    broken = Asked(FileReplies(path, clock), clock)
    await asyncio.gather(broken.ask(), broken.ask(CACHED, "Bye."))
    assert broken.times == 2


async def test_where_nothing_is_kept_no_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "r"
    assert await FileReplies(path, VirtualClock()).get("k") is None
    assert not path.exists()
