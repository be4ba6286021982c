"""The file tools, through the stages that every call passes."""

import json
from pathlib import Path

from holdfast.integration.tools.stock.files.limits import digest_of
from holdfast.integration.tools.stock.files.tools import file_tools
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import Outcome
from tests.integration.tools.workshop import Workshop, workshop

LOOKING = ["list_files", "read_file", "search_files"]
CHANGING = ["write_file", "append_to_file", "edit_file"]


async def said(shop: Workshop, tool: str, index: int, **arguments: object) -> str:
    return (await shop.shown(shop.order(tool, json.dumps(arguments), index=index))).content


async def test_a_model_writes_reads_finds_and_changes_a_file(tmp_path: Path) -> None:
    async with workshop(*file_tools(str(tmp_path))) as shop:
        await said(shop, "write_file", 1, path="notes/a.md", text="one two three")
        page = await said(shop, "read_file", 2, path="notes/a.md")
        await said(shop, "edit_file", 3, path="notes/a.md", old="two", new="2", digest=digest_of(b"one two three"))
        await said(shop, "append_to_file", 4, path="notes/a.md", text="\nfour", at_byte=11)
        found = await said(shop, "search_files", 5, text="FOUR")
        listed = await said(shop, "list_files", 6, folder="notes")
    assert digest_of(b"one two three") in page
    assert (tmp_path / "notes" / "a.md").read_text() == "one 2 three\nfour"
    assert '"line":2' in found.replace(" ", "")
    assert "a.md" in listed


async def test_a_path_that_leads_out_is_refused_before_anything_is_recorded_as_meant(tmp_path: Path) -> None:
    async with workshop(*file_tools(str(tmp_path / "root"))) as shop:
        order = shop.order("write_file", json.dumps({"path": "../escaped", "text": "x"}))
        ended = await shop.ended(order)
        told = (await shop.read_shown(ended)).content
    assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "semantics")
    assert "notes/today.md" in told
    assert not (tmp_path / "escaped").exists()


async def test_a_stale_write_is_a_failure_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("theirs")
    async with workshop(*file_tools(str(tmp_path))) as shop:
        shown = await shop.shown(shop.order("write_file", json.dumps({"path": "a", "text": "ours"})))
    assert shown.is_error
    assert "hand over its digest" in shown.content
    assert (tmp_path / "a").read_text() == "theirs"


def test_what_only_looks_is_all_there_is_where_nothing_may_be_changed(tmp_path: Path) -> None:
    assert [tool.name for tool in file_tools(str(tmp_path), is_read_only=True)] == LOOKING
    tools = {tool.name: tool.effect for tool in file_tools(str(tmp_path))}
    assert tools == dict.fromkeys(LOOKING, Effect.READ) | dict.fromkeys(CHANGING, Effect.TRANSACTIONAL)
