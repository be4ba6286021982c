"""What is found in documents is quoted word for word, and a query is words and nothing else."""

import contextlib
import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.documents import library
from holdfast.integration.tools.stock.documents.library import Library, Quotation
from holdfast.integration.tools.stock.documents.tools import document_tools, read_folder
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from tests.integration.tools.workshop import workshop

TEXTS = {
    "returns.md": "# Returns\n\nA shirt may be returned within 30 days.\nKeep the receipt.\n\nShoes: 14 days.",
    "prices.md": "# Prices\n\nA shirt costs 20.",
}


@pytest.fixture
def shop() -> Library:
    return Library(TEXTS)


def test_the_passage_with_the_rarest_words_comes_first(shop: Library) -> None:
    found = shop.find("within how many days may a shirt be RETURNED?", 3)
    text = "A shirt may be returned within 30 days.\nKeep the receipt."
    assert found[0] == Quotation("returns.md", 3, 4, text)
    assert {quotation.path for quotation in found} == {"returns.md", "prices.md"}


def test_nothing_found_is_an_empty_list(shop: Library) -> None:
    assert shop.find("zeppelin", 5) == []


@pytest.mark.parametrize(
    "query", ['"', "shirt OR", "NEAR(shirt days)", "path:returns", "shirt*", "-shirt", "a AND (b", "col : x"]
)
def test_the_language_of_the_index_is_not_spoken(shop: Library, query: str) -> None:
    with contextlib.suppress(ToolFailure):  # there are no words in it
        shop.find(query, 5)


@given(st.text(max_size=60))
def test_no_query_breaks_it(query: str) -> None:
    with contextlib.suppress(ToolFailure):  # there are no words in it
        Library(TEXTS).find(query, 5)


@given(
    st.dictionaries(
        st.sampled_from(["a.md", "b.md"]),
        st.lists(st.sampled_from(["", "  ", "one two", "three", "x" * 900, "four five six"]), max_size=60).map(
            "\n".join
        ),
        min_size=1,
    )
)
def test_every_quotation_stands_in_its_document_and_every_word_is_in_one(texts: dict[str, str]) -> None:
    held = Library(texts)
    for word in ("one", "three", "five"):
        found = held.find(word, 1_000)
        for each in found:
            lines = texts[each.path].split("\n")
            assert each.text == "\n".join(lines[each.first_line - 1 : each.last_line])
            assert word in each.text
        assert sum(each.text.count(word) for each in found) == sum(text.count(word) for text in texts.values())


@pytest.mark.parametrize(("first", "last"), [(0, 1), (3, 2), (99, 100)])
def test_lines_that_there_are_not_are_refused(shop: Library, first: int, last: int) -> None:
    with pytest.raises(ToolFailure, match="expected lines between 1 and 6"):
        shop.quote("returns.md", first, last)
    with pytest.raises(ToolFailure, match="no document 'none'"):
        shop.quote("none", 1, 1)


def test_several_threads_may_ask(shop: Library) -> None:
    found = list[int]()
    threads = [threading.Thread(target=lambda: found.append(len(shop.find("shirt", 5)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 8


def test_more_than_it_holds_is_said_when_it_is_made() -> None:
    with pytest.raises(DefinitionError, match="expected at most"):
        Library({str(number): "" for number in range(library.DOCUMENTS_MAX + 1)})


async def test_a_model_finds_a_passage_and_reads_around_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "returns.md").write_text(TEXTS["returns.md"])
    (tmp_path / "image.png").write_bytes(b"\xff")
    (tmp_path / "escape.md").symlink_to("/etc/passwd")
    texts = read_folder(str(tmp_path))
    assert [*texts] == ["deep/returns.md"]
    async with workshop(*document_tools(texts)) as shop:
        found = await shop.shown(shop.order("search_documents", json.dumps({"query": "receipt"})))
        wanted = json.dumps({"path": "deep/returns.md", "first_line": 6})
        read = await shop.shown(shop.order("read_document", wanted, index=2))
    assert "Keep the receipt." in found.content
    assert "Shoes: 14 days." in read.content


def test_a_folder_that_cannot_be_read_is_said_when_it_is_declared(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be opened"):
        read_folder(str(tmp_path / "none"))


def test_a_long_document_is_read_on_from_where_a_call_ended() -> None:
    _, read = document_tools({"long.txt": "\n".join(map(str, range(1, 501)))})
    first, second = read.function("long.txt"), read.function("long.txt", 201)
    assert (first.first_line, first.last_line, second.text.split("\n")[0], second.last_line) == (1, 200, "201", 400)


def test_both_touch_nothing() -> None:
    assert {tool.effect for tool in document_tools(TEXTS)} == {Effect.PURE}
