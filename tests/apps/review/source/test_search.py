"""A search finds every place, in order, a page at a time."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.source.repository import Repository
from holdfast.apps.review.source.search import HitsPage, Query, search
from holdfast.kernel.errors import InputError
from tests.apps.review.source.trees import write


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    tree = {"b.py": "needle (1)\nhay\nNeedle (1)\n", "a/c.py": "hay\nneedle (2)\n", "d.txt": "needle (1)\n"}
    return Repository.open(str(write(tmp_path_factory.mktemp("search"), tree)))


def found(repository: Repository, query: Query) -> HitsPage:
    return search(repository.root, repository.files, query)


def places(page: HitsPage) -> list[tuple[str, int]]:
    return [(hit.path, hit.line.number) for hit in page.hits]


def test_a_pattern_is_literal_unless_it_is_said_to_be_an_expression(repository: Repository) -> None:
    assert places(found(repository, Query(pattern="needle (1)"))) == [("b.py", 1), ("d.txt", 1)]
    assert places(found(repository, Query(pattern=r"needle \(\d\)", is_regex=True))) == [
        ("a/c.py", 2),
        ("b.py", 1),
        ("d.txt", 1),
    ]


def test_case_and_glob_narrow_a_search(repository: Repository) -> None:
    query = Query(pattern="needle", glob="*.py", is_case_sensitive=False)
    assert places(found(repository, query)) == [("a/c.py", 2), ("b.py", 1), ("b.py", 3)]


@given(st.integers(1, 5))
def test_following_the_pages_gives_every_hit_once(repository: Repository, size: int) -> None:
    whole = found(repository, Query(pattern="e", hits_max=200))
    seen: list[tuple[str, int]] = []
    offset: int | None = 0
    while offset is not None:
        page = found(repository, Query(pattern="e", offset=offset, hits_max=size))
        assert page.hits_total == whole.hits_total
        seen += places(page)
        offset = page.next_offset
    assert seen == places(whole)


def test_an_offset_beyond_the_hits_is_an_empty_last_page(repository: Repository) -> None:
    page = found(repository, Query(pattern="needle", offset=99))
    assert (page.hits, page.next_offset) == ((), None)


@pytest.mark.parametrize(
    "query",
    [
        Query(pattern=""),
        Query(pattern="a\nb"),
        Query(pattern="x" * 501),
        Query(pattern="(", is_regex=True),
        Query(pattern="a{99999999999}", is_regex=True),
        Query(pattern="a", hits_max=0),
        Query(pattern="a", offset=-1),
        Query(pattern="a", glob=""),
    ],
)
def test_a_query_that_cannot_be_used_is_refused(repository: Repository, query: Query) -> None:
    with pytest.raises(InputError, match="expected"):
        found(repository, query)


def test_a_file_that_is_gone_since_the_inventory_is_passed_over(tmp_path: Path) -> None:
    opened = Repository.open(str(write(tmp_path, {"a.py": "needle\n", "b.py": "needle\n"})))
    (tmp_path / "a.py").unlink()
    page = found(opened, Query(pattern="needle"))
    assert (places(page), page.files_searched) == ([("b.py", 1)], 1)
