"""GitHub's tools against a served fake: pages, limits, versions, whose permission, and what became of a comment."""

import contextlib
from collections.abc import AsyncIterator

import msgspec
import pytest

from holdfast.integration.connectors.connector import PROBE_PAGES_MAX
from holdfast.integration.connectors.github.fake import FakeGitHub, FakeRepository
from holdfast.integration.connectors.github.github import GitHub
from holdfast.integration.http.client import HttpClient
from holdfast.integration.http.served import served
from holdfast.integration.secrets.grants import Grant
from holdfast.integration.secrets.memory import MemoryVault
from holdfast.integration.tools.probe import DidNot, Happened, Unknown
from holdfast.journal.events import StepInterrupted, StepRetried
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind
from tests.integration.http.calling import Caller, calling

ADA, BOB = "ghp-token-of-ada", "ghp-token-of-bob"
REPO = "acme/shop"
COMMENT = '{"repository": "acme/shop", "number": 1, "body": "Fixed."}'
ISSUE = '{"repository": "acme/shop", "title": "It crashes", "body": "Always.", "labels": ["bug"]}'


def hub() -> FakeGitHub:
    github = FakeGitHub()
    github.logins = {ADA: "ada", BOB: "bob"}
    shop = github.add(FakeRepository(REPO, {"ada": "push", "bob": "pull"}, files={"src/a b.py": b"print(1)\n"}))
    shop.open("bob", "The first", "something is wrong")
    github.add(FakeRepository("evil/shop", {"ada": "admin"}))
    return github


@contextlib.asynccontextmanager
async def office(github: FakeGitHub, **declared: str) -> AsyncIterator[Caller]:
    vault = MemoryVault()
    vault.put("github-token", Grant(value=ADA, users=("ada",)), Grant(value=BOB, users=("bob",)))
    async with served(github) as url:
        connector = GitHub(base_url=url, repositories=("acme/*",), **declared)
        connector.use(HttpClient)
        async with calling(connector, vault, *connector.tools()) as caller:
            yield caller


def asked(**arguments: object) -> str:
    return msgspec.json.encode({"repository": REPO, **arguments}).decode()


async def read(caller: Caller, tool: str, arguments: str) -> dict[str, object]:
    value = msgspec.json.decode(await caller.told(tool, arguments, user="ada"))
    assert isinstance(value, dict)
    return value


async def test_a_file_is_read_as_the_user_whose_token_it_is() -> None:
    github = hub()
    async with office(github) as caller:
        file = await read(caller, "github__get_file", asked(path="src/a b.py", ref="main"))
    assert file["text"] == "print(1)\n"
    assert github.requests[-1].url == "/repos/acme/shop/contents/src/a%20b.py?ref=main"
    assert github.requests[-1].header("authorization") == f"Bearer {ADA}"


@pytest.mark.parametrize("user", [None, "eve"])
async def test_a_user_without_a_token_is_refused_before_anything_is_sent(user: str | None) -> None:
    github = hub()
    async with office(github) as caller:
        assert (await caller.fault("github__comment_on_issue", COMMENT, user=user)).kind is ErrorKind.WITHHELD
    assert github.requests == []


async def test_a_user_who_may_only_read_writes_nothing() -> None:
    github = hub()
    async with office(github) as caller:
        fault = await caller.fault("github__comment_on_issue", COMMENT, user="bob")
    assert "expected whoever this is done for to have the triage permission" in fault.message
    assert not github.repositories[REPO].comments[1]
    assert [each.method for each in github.requests] == ["GET"]


async def test_the_author_says_what_a_user_must_be_permitted() -> None:
    github = hub()
    async with office(github, writes_need="pull") as caller:
        await caller.told("github__comment_on_issue", COMMENT, user="bob")
    assert len(github.repositories[REPO].comments[1]) == 1
    with pytest.raises(DefinitionError, match="expected writes_need"):
        GitHub(writes_need="root")


@pytest.mark.parametrize("tool", ["get_file", "search_issues", "create_issue"])
async def test_a_repository_that_the_author_leaves_out_is_not_asked_for(tool: str) -> None:
    github = hub()
    more: dict[str, dict[str, object]] = {
        "get_file": {"path": "x"},
        "search_issues": {"query": "x"},
        "create_issue": {"title": "x", "body": "x"},
    }
    async with office(github) as caller:
        fault = await caller.fault(f"github__{tool}", asked(**more[tool]).replace(REPO, "evil/shop"), user="ada")
    assert fault.message == "evil/shop is none of acme/*; nothing was sent"
    assert github.requests == []


@pytest.mark.parametrize("query", ["repo:evil/shop x", "x OR org:evil", "(user:me)", "x -repo:acme/shop"])
async def test_a_search_stays_in_its_repository(query: str) -> None:
    github = hub()
    async with office(github) as caller:
        assert "one repository" in (await caller.fault("github__search_issues", asked(query=query), user="ada")).message
    assert github.requests == []


@pytest.mark.parametrize("path", ["../secrets", "a/./b", "a//b", ".."])
async def test_a_path_stays_in_its_repository(path: str) -> None:
    github = hub()
    async with office(github) as caller:
        assert "nothing was sent" in (await caller.fault("github__get_file", asked(path=path), user="ada")).message
    assert github.requests == []


@pytest.mark.parametrize("tool", ["list_issues", "search_issues", "list_comments"])
async def test_pages_are_read_by_the_links_of_the_one_before(tool: str) -> None:
    github = hub()
    shop = github.repositories[REPO]
    for number in range(64):
        shop.open("ada", f"crash {number}")
        shop.comment(1, "ada", f"crash {number}")
    by_tool: dict[str, dict[str, object]] = {"search_issues": {"query": "crash"}, "list_comments": {"number": 1}}
    more = by_tool.get(tool, {})
    counts, page = list[int](), 1
    async with office(github) as caller:
        while page:
            found = await read(caller, f"github__{tool}", asked(**more, page=page))
            rows = found["comments" if tool == "list_comments" else "issues"]
            assert isinstance(rows, list)
            counts.append(len(rows))
            following = found["next_page"]
            assert isinstance(following, int)
            page = following
    assert counts == [30, 30, 65 - 60 if tool == "list_issues" else 4]


async def test_what_has_not_changed_is_not_sent_again_and_each_user_sees_their_own() -> None:
    github = hub()
    async with office(github) as caller:
        first = await caller.told("github__get_issue", asked(number=1), user="ada")
        left = github.remaining
        again = await caller.told("github__get_issue", asked(number=1), user="ada")
        assert (again, github.remaining) == (first, left)
        await caller.told("github__get_issue", asked(number=1), user="bob")
        assert github.requests[-1].header("if-none-match") == ""
        github.repositories[REPO].issues[0]["title"] = "Another"
        assert "Another" in await caller.told("github__get_issue", asked(number=1), user="ada")


async def test_when_the_hour_is_used_up_the_next_try_waits_for_the_next() -> None:
    github = hub()
    github.remaining, github.reset_seconds = 0, 300
    async with office(github) as caller:
        later = await caller.call("github__get_issue", asked(number=1), user="ada")
        assert isinstance(later, StepRetried)
        assert later.retry_at == caller.shop.clock.now() + 300


async def test_who_comes_too_fast_comes_back_when_told_and_has_written_nothing() -> None:
    github = hub()
    github.limited_seconds = [60]
    async with office(github) as caller:
        later = await caller.call("github__comment_on_issue", COMMENT, user="ada")
        assert isinstance(later, StepRetried)
        assert (later.retry_at, later.is_definite) == (caller.shop.clock.now() + 60, True)
    assert not github.repositories[REPO].comments[1]


async def test_a_diff_is_read_as_text() -> None:
    github = hub()
    github.repositories[REPO].open("ada", "A change", diff="--- a\n+++ b\n")
    async with office(github) as caller:
        assert await caller.told("github__get_pull_request_diff", asked(number=2), user="ada") == "--- a\n+++ b\n"
        found = await read(caller, "github__list_pull_requests", asked())
    assert [each["number"] for each in found["issues"]] == [2]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("tool", "arguments"), [("comment_on_issue", COMMENT), ("create_issue", ISSUE)])
async def test_what_was_written_is_found_by_its_marker_when_the_answer_is_lost(tool: str, arguments: str) -> None:
    github = hub()
    shop = github.repositories[REPO]
    async with office(github) as caller:
        github.hangs_up_after = True
        ended = await caller.call(f"github__{tool}", arguments, user="ada")
        assert isinstance(ended, StepInterrupted)
        assert ended.in_doubt
        for number in range(250):
            shop.comment(1, "bob", f"meanwhile {number}")
            shop.open("bob", f"meanwhile {number}")
        found = await caller.probed(f"github__{tool}", arguments, await caller.key(), user="ada")
        assert isinstance(found, Happened)
        assert await caller.probed(f"github__{tool}", arguments, "hf_another", user="ada") == DidNot()


@pytest.mark.parametrize(("tool", "arguments"), [("comment_on_issue", COMMENT), ("create_issue", ISSUE)])
async def test_what_never_arrived_is_found_not_to_have(tool: str, arguments: str) -> None:
    github = hub()
    async with office(github) as caller:
        github.hangs_up_before = True
        assert isinstance(await caller.call(f"github__{tool}", arguments, user="ada"), StepInterrupted)
        assert await caller.probed(f"github__{tool}", arguments, await caller.key(), user="ada") == DidNot()


async def test_beyond_what_is_looked_through_nobody_can_tell() -> None:
    github = hub()
    for number in range(100 * (PROBE_PAGES_MAX + 1)):
        github.repositories[REPO].comment(1, "bob", f"{number}")
    async with office(github) as caller:
        assert await caller.probed("github__comment_on_issue", COMMENT, "hf_lost", user="ada") == Unknown()


async def test_a_marker_that_somebody_quotes_is_not_the_call() -> None:
    github = hub()
    github.repositories[REPO].comment(1, "bob", "> <!-- holdfast:hf_lost -->\n\nwhat is that?")
    async with office(github) as caller:
        assert await caller.probed("github__comment_on_issue", COMMENT, "hf_lost", user="ada") == DidNot()


async def test_what_github_refuses_is_told_in_its_words() -> None:
    github = hub()
    async with office(github) as caller:
        assert (await caller.fault("github__get_issue", asked(number=9), user="ada")).message == (
            "github answered 404 Not Found: Not Found"
        )
        del github.logins[ADA]
        fault = await caller.fault("github__get_issue", asked(number=1), user="ada")
        assert fault.message == "github answered 401 Unauthorized: Bad credentials"
        assert ADA not in str(await caller.shop.steps())


async def test_a_file_that_is_no_text_or_too_large_is_said_to_be_so() -> None:
    github = hub()
    github.repositories[REPO].files |= {"bin": b"\xff\xfe", "big": b"x" * 1_000_001}
    async with office(github) as caller:
        assert "other than text" in (await caller.fault("github__get_file", asked(path="bin"), user="ada")).message
        assert "at most a megabyte" in (await caller.fault("github__get_file", asked(path="big"), user="ada")).message
        assert "is no file" in (await caller.fault("github__get_file", asked(path="src"), user="ada")).message


def test_writing_is_transactional_for_github_knows_no_keys() -> None:
    tools = GitHub("ghe", "https://github.acme.example/api/v3").tools("comment_on_issue", "create_issue")
    assert [(each.name, each.effect) for each in tools] == [
        ("ghe__comment_on_issue", Effect.TRANSACTIONAL),
        ("ghe__create_issue", Effect.TRANSACTIONAL),
    ]
