"""What the agents' tools show: pages that can be gone on with, scopes that are kept to, secrets that are cut."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.apps.review.analysers.pool import AnalyserPool
from holdfast.apps.review.change.shards import SHARD_LINES_MAX
from holdfast.apps.review.scope import SCOPES_MAX, WHOLE
from holdfast.apps.review.stock import take_stock
from holdfast.apps.review.tools import (
    CANDIDATES_A_PAGE,
    FILES_A_PAGE,
    HITS_A_PAGE,
    analyser_tool,
    list_files,
    read_lines,
    search,
)
from holdfast.apps.review.workspace import ReviewInput, Workspace, open_workspace
from holdfast.kernel.errors import InputError
from tests.apps.review.change.repo import Repo
from tests.apps.review.planted import AWS_KEY, GITHUB_TOKEN, KEY_BODY, TREE
from tests.apps.review.source.trees import write

FILES = FILES_A_PAGE + 30
CALLS = CANDIDATES_A_PAGE + 5
EVALUATIONS = "".join(f"def f{number}(x):\n    return eval(x)\n" for number in range(CALLS))


async def opened(given: ReviewInput) -> AsyncIterator[Workspace]:
    async with open_workspace(given) as resources:
        workspace = resources[Workspace]
        assert isinstance(workspace, Workspace)
        yield workspace


@pytest.fixture
async def planted(tmp_path: Path) -> AsyncIterator[Workspace]:
    async for workspace in opened(ReviewInput(path=str(write(tmp_path / "code", TREE)))):
        yield workspace


@pytest.fixture
async def large(tmp_path: Path) -> AsyncIterator[Workspace]:
    tree = {f"many/m{number:03}.py": "x = needle\n" for number in range(FILES)}
    folder = write(tmp_path / "code", {**tree, "calls.py": EVALUATIONS, "notes.md": "needle\n"})
    async for workspace in opened(ReviewInput(path=str(folder))):
        yield workspace


async def pages(tool: Any, items: str, /, **arguments: object) -> list[list[Any]]:
    """Return every page a tool gives, gone on with as it says."""
    told: list[list[Any]] = []
    cursor: int | None = 0
    while cursor is not None:
        result = tool.function(cursor=cursor, **arguments)
        page = await result if tool.is_async else result
        told.append(page[items])
        cursor = page["next_cursor"]
    return told


async def test_files_are_listed_a_page_at_a_time_each_once(large: Workspace) -> None:
    told = await pages(list_files, "files", scope=WHOLE, workspace=large)
    assert [len(page) for page in told] == [FILES_A_PAGE, FILES + 2 - FILES_A_PAGE]
    paths = [file["path"] for page in told for file in page]
    assert paths == sorted(set(paths))


async def test_files_are_narrowed_by_glob_and_language(planted: Workspace) -> None:
    found = list_files.function(scope=WHOLE, pattern="app/**", language="Python", workspace=planted)
    assert [file["path"] for file in found["files"]] == [
        f"app/{name}.py" for name in ("__init__", "calc", "server", "settings", "store")
    ]
    assert found["files"][2] == {"path": "app/server.py", "language": "Python", "role": "source", "lines": 27}
    assert list_files.function(scope=WHOLE, pattern="*.rs", workspace=planted)["total"] == 0


async def test_a_scope_holds_only_its_own_files(large: Workspace) -> None:
    (first, *more) = large.scopes
    assert more, "it was cut up"
    listed = [
        file["path"] for page in await pages(list_files, "files", scope=first.key, workspace=large) for file in page
    ]
    assert tuple(listed) == first.paths
    with pytest.raises(InputError, match=f"found 'nowhere': use the one of your task, one of {WHOLE}, "):
        list_files.function(scope="nowhere", workspace=large)


async def test_lines_come_with_their_numbers_and_secrets_are_cut(planted: Workspace) -> None:
    page = await read_lines.function("app/settings.py", 2, 4, workspace=planted)
    assert (page["path"], page["first"], page["last"], page["total"]) == ("app/settings.py", 2, 4, 4)
    first, _, third = page["text"].splitlines()
    assert first == f'2 | AWS_ACCESS_KEY_ID = "{AWS_KEY[:4]}…"'
    assert third == f'4 | CLIENTS = {{"github": "{GITHUB_TOKEN[:4]}…", "timeout": 3}}'
    key = await read_lines.function("deploy/key.pem", 3, 5, workspace=planted)
    assert key["text"].splitlines()[0] == f"3 | {KEY_BODY[1][:4]}…"


async def test_only_listed_files_can_be_read(planted: Workspace) -> None:
    for path in ("../../etc/passwd", "/etc/passwd", "logo.png", "app", "nowhere.py"):
        with pytest.raises(InputError, match="expected the path of a listed file"):
            await read_lines.function(path, workspace=planted)
    with pytest.raises(InputError, match="expected lines first to last"):
        await read_lines.function("app/store.py", 9, 3, workspace=planted)
    beyond = await read_lines.function("app/store.py", 900, 950, workspace=planted)
    assert (beyond["text"], beyond["total"]) == ("", 11)


async def test_a_search_is_literal_and_paged_and_cuts_secrets(large: Workspace, planted: Workspace) -> None:
    told = await pages(search, "matches", text="needle", pattern="**/*.py", workspace=large)
    assert {len(page) for page in told[:-1]} == {HITS_A_PAGE}
    assert len({(hit["path"], hit["line"]) for page in told for hit in page}) == FILES
    assert (await search.function("f(.*)", workspace=large))["total"] == 0
    found = await search.function("AWS_ACCESS_KEY_ID", workspace=planted)
    assert [hit["text"] for hit in found["matches"]] == [f'AWS_ACCESS_KEY_ID = "{AWS_KEY[:4]}…"']
    whole_secret = await search.function(AWS_KEY, workspace=planted)
    assert AWS_KEY not in str(whole_secret["matches"])


async def test_candidates_are_told_a_page_at_a_time_the_worst_first(large: Workspace) -> None:
    told = await pages(analyser_tool("dangerous"), "candidates", name="dangerous", scope=WHOLE, workspace=large)
    assert [len(page) for page in told] == [CANDIDATES_A_PAGE, CALLS - CANDIDATES_A_PAGE]
    assert {candidate["path"] for page in told for candidate in page} == {"calls.py"}
    assert len({candidate["line"] for page in told for candidate in page}) == CALLS


async def test_of_a_change_only_candidates_on_its_lines_are_told(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "project")
    repo.commit(a__py="def f(x):\n    return eval(x)\n", requirements__txt="flask\n", broken__py="def (\n")
    repo.commit(a__py="def f(x):\n    return eval(x)\n\n\ndef g(x):\n    return eval(x)\n")
    given = ReviewInput(path=str(repo.root), diff="HEAD~1..HEAD")
    async for workspace in opened(given):
        run = analyser_tool("dangerous").function
        (scope,) = workspace.scopes
        assert [one["line"] for one in (await run("dangerous", scope.key, workspace=workspace))["candidates"]] == [6]
        assert "the lines that count: a.py 3–6" in scope.description
        whole = await analyser_tool("dependencies").function("dependencies", WHOLE, workspace=workspace)
        assert (whole["candidates"], whole["not_audited"], whole["problems"]) == ([], [], [])


async def test_parts_beyond_the_most_a_review_may_have_are_named(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "project")
    repo.commit(a__py="FIRST = 1\n")
    repo.commit(b__py="x\n" * (SCOPES_MAX + 2) * SHARD_LINES_MAX)
    async for workspace in opened(ReviewInput(path=str(repo.root), diff="HEAD~1..HEAD")):
        stock = await take_stock.function(str(repo.root), workspace=workspace)
        assert len(stock["scopes"]["secrets"]) == SCOPES_MAX
        assert stock["lines"] == SCOPES_MAX * SHARD_LINES_MAX
        assert stock["not_covered"] == [
            {
                "what": "2 parts from b.py on, 800 lines",
                "why": "a review has at most 1,000 parts: review folders by themselves",
            }
        ]


async def test_a_pool_that_cannot_start_says_what_to_install() -> None:
    async with AnalyserPool(1, launch="import a_tool_nobody_has") as pool:
        with pytest.raises(InputError, match=r"a_tool_nobody_has.*pip install 'holdfast\[review\]'"):
            await pool.start()
