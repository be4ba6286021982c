"""Globs name paths as people expect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.source.globs import GLOB_CHARS_MAX, matches
from holdfast.kernel.errors import InputError


@pytest.mark.parametrize(
    ("glob", "path", "is_matched"),
    [
        ("**", "a/b.py", True),
        ("*.py", "a/b.py", True),
        ("*.py", "b.pyc", False),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/deep/a.py", False),
        ("src/**/*.py", "src/a.py", True),
        ("src/**/*.py", "src/deep/er/a.py", True),
        ("src/", "src/deep/a.py", True),
        ("src/", "other/src/a.py", False),
        ("./src/a.py", "src/a.py", True),
        ("**/test_*.py", "test_a.py", True),
        ("a?c", "x/abc", True),
        ("[ab].py", "b.py", True),
        ("A.py", "a.py", False),
        ("src", "src/a.py", False),
    ],
)
def test_a_glob_names_what_it_says(glob: str, path: str, is_matched: bool) -> None:
    assert matches(path, glob) is is_matched


@pytest.mark.parametrize("glob", ["", "x" * (GLOB_CHARS_MAX + 1)])
def test_an_empty_or_endless_glob_is_refused(glob: str) -> None:
    with pytest.raises(InputError, match="expected a glob"):
        matches("a", glob)


@given(st.text(alphabet="*?a/[]!-b", min_size=1, max_size=40), st.text(alphabet="ab/", min_size=1, max_size=60))
def test_any_glob_gives_an_answer(glob: str, path: str) -> None:
    assert matches(path, glob) in (True, False)


def test_a_glob_of_many_stars_takes_no_exponential_time() -> None:
    assert not matches("a" * 4_000, "*a" * 140 + "b")
    assert not matches("/".join("a" * 200), "**/a/" * 50 + "b")
