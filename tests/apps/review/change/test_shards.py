"""A large change in parts."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.change.model import Change, ChangedFile, FileKind, FileStatus, LineRange, ranges_of
from holdfast.apps.review.change.shards import split_change
from holdfast.kernel import paths


def _change(files: dict[str, tuple[LineRange, ...]]) -> Change:
    changed = (ChangedFile(path, FileStatus.MODIFIED, FileKind.TEXT, added=added) for path, added in files.items())
    return Change("base", "head", tuple(changed))


def test_a_small_change_is_one_shard() -> None:
    change = _change({"src/web/b.py": (LineRange(1, 9),), "src/web/a.py": (LineRange(4, 4),), "src/web/c.py": ()})

    (shard,) = split_change(change)

    assert shard.key == "1-src.web"
    assert [part.path for part in shard.parts] == ["src/web/a.py", "src/web/b.py"]
    assert shard.added_lines == 10


def test_a_file_larger_than_a_shard_is_cut_and_its_rest_shares_one() -> None:
    change = _change({"a.py": (LineRange(1, 950),), "b/x y.py": (LineRange(10, 12),)})

    shards = split_change(change, lines_max=400)

    assert [(shard.key, shard.added_lines) for shard in shards] == [("1-a.py", 400), ("2-a.py", 400), ("3-root", 153)]
    assert [part.added for shard in shards for part in shard.parts] == [
        (LineRange(1, 400),),
        (LineRange(401, 800),),
        (LineRange(801, 950),),
        (LineRange(10, 12),),
    ]


def test_a_file_that_fits_is_not_cut() -> None:
    change = _change({"a.py": (LineRange(1, 300),), "b.py": (LineRange(1, 300),)})

    assert [shard.added_lines for shard in split_change(change, lines_max=400)] == [300, 300]


def test_a_change_without_new_lines_has_no_shards() -> None:
    assert split_change(_change({"a.py": ()})) == ()


_FILES = st.dictionaries(
    st.text(alphabet="ab/ ü\\", min_size=1, max_size=8),
    st.sets(st.integers(1, 60), max_size=40).map(sorted).map(ranges_of),
    max_size=12,
)


@given(_FILES, st.integers(1, 50), st.integers(1, 5))
def test_every_new_line_is_in_exactly_one_bounded_shard(
    files: dict[str, tuple[LineRange, ...]], lines_max: int, files_max: int
) -> None:
    shards = split_change(_change(files), lines_max=lines_max, files_max=files_max)

    def lines(path: str, ranges: tuple[LineRange, ...]) -> list[tuple[str, int]]:
        return [(path, line) for one in ranges for line in range(one.first, one.last + 1)]

    in_shards = [line for shard in shards for part in shard.parts for line in lines(part.path, part.added)]
    assert in_shards == sorted(line for path, added in files.items() for line in lines(path, added))
    assert all(0 < shard.added_lines <= lines_max and len(shard.parts) <= files_max for shard in shards)
    assert all(
        one.added_lines + two.parts[0].added_lines > lines_max or len(one.parts) == files_max
        for one, two in pairwise(shards)
    )


@given(_FILES)
def test_keys_are_unique_and_can_stand_in_the_path_of_a_step(files: dict[str, tuple[LineRange, ...]]) -> None:
    keys = [shard.key for shard in split_change(_change(files), lines_max=7)]

    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", key) and paths.item("review", key) == f"review[{key}]" for key in keys)
