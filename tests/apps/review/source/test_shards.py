"""Every reviewable file is in exactly one shard, and shards are small, stable and well named."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.source.files import Role, SourceFile
from holdfast.apps.review.source.shards import make_shards
from holdfast.kernel.paths import item

LINES_MAX = 1_000
FILES_MAX = 6


def file(path: str, lines: int) -> SourceFile:
    return SourceFile(path, "Python", Role.SOURCE, lines, lines * 10, "0" * 64)


_NAMES = st.sampled_from(["a", "b", "c", "src", "top", "a-1", "a.b", "ä", "ö", "a b"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)
_FILES = st.dictionaries(_PATHS.map(lambda path: f"{path}.py"), st.integers(0, 1_500), max_size=60).map(
    lambda sizes: [file(path, lines) for path, lines in sizes.items()]
)


@given(_FILES)
def test_every_file_is_in_exactly_one_shard(files: list[SourceFile]) -> None:
    shards = make_shards(files, lines_max=LINES_MAX, files_max=FILES_MAX)
    assert sorted(path for shard in shards for path in shard.paths) == sorted(each.path for each in files)


@given(_FILES)
def test_a_shard_is_within_its_limits_unless_one_file_alone_is_larger(files: list[SourceFile]) -> None:
    for shard in make_shards(files, lines_max=LINES_MAX, files_max=FILES_MAX):
        assert len(shard.paths) <= FILES_MAX
        assert shard.lines <= LINES_MAX or len(shard.paths) == 1


@given(_FILES, st.randoms(use_true_random=False))
def test_the_order_in_which_files_come_changes_nothing(files: list[SourceFile], random: st.DataObject) -> None:
    shuffled = list(files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert make_shards(shuffled, lines_max=LINES_MAX, files_max=FILES_MAX) == make_shards(
        files, lines_max=LINES_MAX, files_max=FILES_MAX
    )


@given(_FILES)
def test_no_two_shards_have_the_same_key(files: list[SourceFile]) -> None:
    keys = [shard.key for shard in make_shards(files, lines_max=LINES_MAX, files_max=FILES_MAX)]
    assert len(keys) == len(set(keys))


@given(_FILES)
def test_a_key_can_stand_in_the_path_of_a_step_as_it_is(files: list[SourceFile]) -> None:
    for shard in make_shards(files, lines_max=LINES_MAX, files_max=FILES_MAX):
        assert item("scan", shard.key) == f"scan[{shard.key}]"


def test_folders_stay_together_and_give_their_names() -> None:
    files = [file(f"src/app/{name}.py", 300) for name in "abc"] + [file(f"src/web/{name}.py", 300) for name in "abc"]
    shards = make_shards(files, lines_max=LINES_MAX, files_max=FILES_MAX)
    assert [(shard.key, shard.lines) for shard in shards] == [("src.app-1", 900), ("src.web-1", 900)]


def test_a_small_project_is_one_shard() -> None:
    shards = make_shards([file("src/a.py", 10), file("tests/test_a.py", 10), file("setup.py", 5)])
    assert [(shard.key, len(shard.paths), shard.languages) for shard in shards] == [("src+2-1", 3, ("Python",))]


def test_a_folder_too_large_for_one_shard_is_split_in_order() -> None:
    shards = make_shards([file(f"src/{index:02}.py", 400) for index in range(5)], lines_max=LINES_MAX)
    assert [shard.key for shard in shards] == ["src-1", "src-2", "src-3"]
    assert shards[0].paths == ("src/00.py", "src/01.py")


def test_nothing_makes_no_shard() -> None:
    assert make_shards([]) == ()
