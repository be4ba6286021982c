"""Slack's tools against a served fake: pages, limits, whose token, and what became of a message."""

import contextlib
from collections.abc import AsyncIterator

import msgspec
import pytest

from holdfast.integration.connectors.connector import PROBE_PAGES_MAX
from holdfast.integration.connectors.slack.fake import FakeChannel, FakeSlack
from holdfast.integration.connectors.slack.slack import Slack
from holdfast.integration.http.client import HttpClient
from holdfast.integration.http.served import served
from holdfast.integration.http.verdict import NOT_FOR_YOU
from holdfast.integration.secrets.grants import Grant
from holdfast.integration.secrets.memory import MemoryVault
from holdfast.integration.tools.probe import DidNot, Happened, Unknown
from holdfast.journal.events import StepInterrupted, StepRetried
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Fault
from tests.integration.http.calling import Caller, calling

ADA, BOB = "xoxp-token-of-ada", "xoxp-token-of-bob"
HELLO = '{"channel": "C001", "text": "hello"}'


def workspace() -> FakeSlack:
    slack = FakeSlack()
    slack.users = {ADA: "U1", BOB: "U2"}
    slack.add(FakeChannel("C001", "general", {"U1", "U2"}, topic="all of it"))
    slack.add(FakeChannel("G002", "board", {"U1"}, is_private=True))
    return slack


@contextlib.asynccontextmanager
async def office(slack: FakeSlack) -> AsyncIterator[Caller]:
    vault = MemoryVault()
    vault.put("slack-token", Grant(value=ADA, users=("ada",)), Grant(value=BOB, users=("bob",)))
    async with served(slack) as url:
        connector = Slack(base_url=f"{url}/api")
        connector.use(HttpClient)
        async with calling(connector, vault, *connector.tools()) as caller:
            yield caller


async def test_each_user_sees_what_their_own_token_shows() -> None:
    async with office(workspace()) as caller:
        ada = msgspec.json.decode(await caller.told("slack__list_channels", user="ada"))
        bob = msgspec.json.decode(await caller.told("slack__list_channels", user="bob"))
        fault = await caller.fault("slack__read_channel", '{"channel": "G002"}', user="bob")
    assert [each["name"] for each in ada["channels"]] == ["general", "board"]
    assert [each["name"] for each in bob["channels"]] == ["general"]
    assert fault.message == "slack said channel_not_found"


@pytest.mark.parametrize("user", [None, "eve"])
async def test_a_user_without_a_token_is_refused_before_anything_is_sent(user: str | None) -> None:
    slack = workspace()
    async with office(slack) as caller:
        assert (await caller.fault("slack__list_channels", user=user)).kind is ErrorKind.WITHHELD
    assert slack.requests == []


async def test_pages_are_read_by_their_cursors() -> None:
    slack = workspace()
    slack.page_rows_max = 2
    for number in range(5):
        slack.say("C001", "U1", f"m{number}")
    read, cursor = [], ""
    async with office(slack) as caller:
        while True:
            asked = msgspec.json.encode({"channel": "C001", "cursor": cursor}).decode()
            page = msgspec.json.decode(await caller.told("slack__read_channel", asked, user="ada"))
            read += [each["text"] for each in page["messages"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
    assert read == ["m4", "m3", "m2", "m1", "m0"]


async def test_a_thread_is_read_with_its_replies() -> None:
    slack = workspace()
    ts = slack.say("C001", "U1", "shall we?")
    slack.say("C001", "U2", "yes", thread_ts=ts)
    slack.say("C001", "U2", "another matter")
    async with office(slack) as caller:
        asked = msgspec.json.encode({"channel": "C001", "thread_ts": ts}).decode()
        page = msgspec.json.decode(await caller.told("slack__read_thread", asked, user="ada"))
    assert [each["text"] for each in page["messages"]] == ["shall we?", "yes"]


async def test_whoever_is_told_to_stay_away_comes_back_when_told() -> None:
    slack = workspace()
    slack.limited_seconds = [30]
    async with office(slack) as caller:
        later = await caller.call("slack__post_message", HELLO, user="ada")
        assert isinstance(later, StepRetried)
        assert later.retry_at == caller.shop.clock.now() + 30
    assert slack.channels["C001"].messages == []


async def test_a_message_mentions_nobody() -> None:
    slack = workspace()
    async with office(slack) as caller:
        await caller.told("slack__post_message", '{"channel": "C001", "text": "<!channel> a < b & c"}', user="ada")
    assert slack.channels["C001"].messages[0]["text"] == "&lt;!channel&gt; a &lt; b &amp; c"


@pytest.mark.parametrize("is_thread", [False, True])
async def test_a_message_whose_answer_is_lost_is_found_by_its_marker(is_thread: bool) -> None:
    slack = workspace()
    ts = slack.say("C001", "U1", "before")
    asked = {"channel": "C001", "text": "hello", **({"thread_ts": ts} if is_thread else {})}
    arguments = msgspec.json.encode(asked).decode()
    async with office(slack) as caller:
        slack.hangs_up_after = True
        ended = await caller.call("slack__post_message", arguments, user="ada")
        assert isinstance(ended, StepInterrupted)
        assert ended.in_doubt
        for number in range(250):
            slack.say("C001", "U2", f"meanwhile {number}", **({"thread_ts": ts} if is_thread else {}))
        found = await caller.probed("slack__post_message", arguments, await caller.key(), user="ada")
    assert isinstance(found, Happened)
    assert found.result.ts == slack.channels["C001"].messages[1]["ts"]  # type: ignore[attr-defined]


async def test_a_message_that_never_arrived_is_found_not_to_have() -> None:
    slack = workspace()
    async with office(slack) as caller:
        slack.hangs_up_before = True
        assert isinstance(await caller.call("slack__post_message", HELLO, user="ada"), StepInterrupted)
        assert await caller.probed("slack__post_message", HELLO, await caller.key(), user="ada") == DidNot()


async def test_beyond_what_is_looked_through_nobody_can_tell() -> None:
    slack = workspace()
    slack.page_rows_max = 1
    for number in range(PROBE_PAGES_MAX + 1):
        slack.say("C001", "U1", f"m{number}")
    async with office(slack) as caller:
        assert await caller.probed("slack__post_message", HELLO, "hf_lost", user="ada") == Unknown()


@pytest.mark.parametrize("error", ["fatal_error", "internal_error"])
async def test_an_error_after_which_a_part_may_be_done_leaves_a_message_in_doubt(error: str) -> None:
    slack = workspace()
    async with office(slack) as caller:
        slack.errors = [error]
        assert isinstance(await caller.call("slack__post_message", HELLO, user="ada"), StepInterrupted)


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("G002", "slack said channel_not_found"),
        ("C003", "slack said is_archived"),
        ("C004", "slack said not_in_channel"),
    ],
)
async def test_what_slack_refuses_was_not_done(channel: str, told: str) -> None:
    slack = workspace()
    slack.add(FakeChannel("C003", "old", {"U2"}, is_archived=True))
    slack.add(FakeChannel("C004", "others", {"U1"}))
    async with office(slack) as caller:
        asked = msgspec.json.encode({"channel": channel, "text": "x"}).decode()
        assert (await caller.fault("slack__post_message", asked, user="bob")).message == told


async def test_a_token_that_is_revoked_is_told_as_such_and_never_shown() -> None:
    slack = workspace()
    del slack.users[ADA]
    async with office(slack) as caller:
        fault = await caller.fault("slack__list_channels", user="ada")
        assert ADA not in str(await caller.shop.steps())
    assert fault == Fault(
        ErrorKind.TOOL_FAILED,
        "slack said invalid_auth",
        False,
        NOT_FOR_YOU,
    )


async def test_what_is_no_channel_is_not_asked_for() -> None:
    slack = workspace()
    async with office(slack) as caller:
        fault = await caller.fault("slack__read_channel", '{"channel": "C1&oldest=0"}', user="ada")
    assert fault.kind is ErrorKind.BAD_ARGUMENTS
    assert slack.requests == []


def test_posting_is_transactional_for_slack_knows_no_keys() -> None:
    (post,) = Slack().tools("post_message")
    assert (post.name, post.effect, post.server) == ("slack__post_message", Effect.TRANSACTIONAL, "slack")
    with pytest.raises(DefinitionError, match="expected one of list_channels"):
        Slack().tools("delete_channel")
