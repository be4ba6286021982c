"""Reading what was too long to be shown: by the page and by what it contains."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.stock.results import MATCHES_MAX, PAGE_BYTES_MAX, Results
from holdfast.journal.payloads import Payloads
from holdfast.kernel.messages import ToolResult
from holdfast.kernel.outcomes import Outcome
from holdfast.kernel.plain_text import plain
from tests.integration.tools.samples import saying
from tests.integration.tools.workshop import RUN, TENANT, Workshop, workshop

NUMBERED = "".join(f"line {number} of many\n" for number in range(1, 4_001))


async def kept(shop: Workshop) -> str:
    """Make the call whose result is too long, and return its handle as the model reads it."""
    content = (await shop.shown(shop.order("say"))).content
    found = re.search(r'read_result\(handle="([0-9a-f]{32})"', content)
    assert found
    return found.group(1)


async def page(shop: Workshop, handle: str, offset: int = 0) -> ToolResult:
    return await shop.shown(shop.order("read_result", json.dumps({"handle": handle, "offset": offset}), index=2))


async def search(shop: Workshop, handle: str, text: str, offset: int = 0) -> ToolResult:
    wanted = {"handle": handle, "text": text, "offset": offset}
    return await shop.shown(shop.order("search_result", json.dumps(wanted), index=2))


async def all_pages(shop: Workshop, handle: str) -> list[str]:
    pages, offset = [], 0
    while True:
        shown = await page(shop, handle, offset)
        assert not shown.is_error
        where, _, text = shown.content.partition("\n")
        pages.append(text)
        following = re.fullmatch(r"\[characters \d+ to (\d+) of \d+; (this is the end|go on with offset=\1)\]", where)
        assert following
        if following.group(2) == "this is the end":
            return pages
        offset = int(following.group(1))


async def test_pages_are_whole_lines_and_join_to_the_whole() -> None:
    async with workshop(saying(NUMBERED)) as shop:
        pages = await all_pages(shop, await kept(shop))
    assert "".join(pages) == NUMBERED
    assert len(pages) > 3
    assert all(page.endswith("\n") and len(page.encode()) <= PAGE_BYTES_MAX for page in pages)


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n\r\u202e\u200d\ufe0f❤👩"), min_size=1))
async def test_reading_page_by_page_gives_exactly_what_was_kept(text: str) -> None:
    whole = text * (40_000 // len(text.encode()) + 1)
    async with workshop(saying(whole)) as shop:
        assert "".join(await all_pages(shop, await kept(shop))) == plain(whole).text


async def test_the_preview_says_where_to_go_on() -> None:
    async with workshop(saying(NUMBERED)) as shop:
        preview = (await shop.shown(shop.order("say"))).content
        head = preview.partition("\n[the result goes on")[0]
        handle, offset = re.findall(r'read_result\(handle="(\w+)", offset=(\d+)\)', preview)[0]
        rest = (await page(shop, handle, int(offset))).content.partition("\n")[2]
    assert NUMBERED.startswith(head + rest)


async def test_a_result_is_there_for_whoever_drives_the_run_next() -> None:
    async with workshop(saying(NUMBERED)) as shop:
        handle = await kept(shop)
        afresh = Payloads(shop.store, RUN, await shop.store.tenant_key(TENANT))
        assert await Results(afresh).text(handle) == NUMBERED


async def test_places_are_found_with_their_offset_and_line() -> None:
    async with workshop(saying(NUMBERED)) as shop:
        handle = await kept(shop)
        found = (await search(shop, handle, "LINE 3999 ")).content
        place = NUMBERED.index("line 3999 ")
        assert found == (
            f"[1 found from character 0 of {len(NUMBERED)}; no more]\noffset {place}, line 3999: line 3999 of many"
        )
        assert (await page(shop, handle, place)).content.partition("\n")[2].startswith("line 3999 of many\nline 4000")


async def test_many_places_are_found_in_parts() -> None:
    async with workshop(saying(NUMBERED)) as shop:
        handle = await kept(shop)
        lines, offset = list[str](), 0
        while True:
            where, *found = (await search(shop, handle, "of many", offset)).content.split("\n")
            assert len(found) <= MATCHES_MAX
            lines += found
            following = re.search(r"go on with offset=(\d+)", where)
            if not following:
                break
            offset = int(following.group(1))
    assert [int(re.findall(r"line (\d+):", line)[0]) for line in lines] == list(range(1, 4_001))


async def test_a_place_in_a_line_without_end_is_shown_in_part() -> None:
    async with workshop(saying("x" * 50_000 + "needle" + "y" * 50_000)) as shop:
        found = (await search(shop, await kept(shop), "needle")).content
    assert len(found) < 400
    assert "xneedley" in found


async def test_nothing_found_is_said_so() -> None:
    async with workshop(saying(NUMBERED)) as shop:
        found = await search(shop, await kept(shop), "a+b (not a pattern")
    assert found.content == f"[0 found from character 0 of {len(NUMBERED)}; no more]"
    assert not found.is_error


@pytest.mark.parametrize("handle", ["0" * 32, "f" * 32])
async def test_an_unknown_handle_is_a_clear_failure(handle: str) -> None:
    async with workshop(saying(NUMBERED)) as shop:
        shown = await page(shop, handle)
    assert shown.is_error
    assert f"no result is kept under handle {handle}" in shown.content
    assert "copy the handle exactly" in shown.content


@pytest.mark.parametrize("handle", ["", "result 1", "../../etc/passwd", "F" * 32])
async def test_what_is_no_handle_is_refused_before_anything_is_read(handle: str) -> None:
    async with workshop(saying(NUMBERED)) as shop:
        ended = await shop.ended(shop.order("read_result", json.dumps({"handle": handle})))
    assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "arguments")


async def test_what_is_kept_but_no_text_is_not_shown() -> None:
    async with workshop(saying(NUMBERED)) as shop:
        handle = shop.recorder.payloads.keep(b"\xff\xfe\x00")
        assert "no result is kept" in (await page(shop, handle)).content


async def test_an_offset_beyond_the_end_is_a_clear_failure() -> None:
    async with workshop(saying(NUMBERED)) as shop:
        shown = await page(shop, await kept(shop), len(NUMBERED) + 1)
    assert f"the result has {len(NUMBERED)} characters" in shown.content
