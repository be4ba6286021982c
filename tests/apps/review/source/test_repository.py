"""A repository gives its agents what the inventory holds, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.apps.review.source.repository import Repository
from holdfast.kernel.errors import InputError
from tests.apps.review.source.trees import checkout, open_folder, without_privileges, write


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    folder = tmp_path_factory.mktemp("repository")
    write(folder, {"secret.py": "outside\n"})
    root = checkout(
        folder / "root",
        {"src/a.py": "inside\n" * 5, "src/b.js": "inside\n", "logo.png": b"\0", "poetry.lock": "inside\n"},
    )
    (root / "link.py").symlink_to("../secret.py")
    return Repository.open(str(root))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=20)
    | st.sampled_from(["../secret.py", "link.py", "src/../../secret.py", ".git/config", "logo.png"])
)
def test_only_files_of_the_inventory_are_read(repository: Repository, path: str) -> None:
    try:
        text = repository.text(path)
    except InputError:
        return
    assert set(text.split()) == {"inside"}


def test_a_skipped_file_is_refused_with_the_reason_it_was_skipped_for(repository: Repository) -> None:
    with pytest.raises(InputError, match=r"skipped \(binary\)"):
        repository.text("logo.png")


def test_files_are_listed_by_glob_and_language_in_pages(repository: Repository) -> None:
    page = repository.list_files("src/**", files_max=1)
    assert ([file.path for file in page.files], page.files_total, page.next_offset) == (["src/a.py"], 2, 1)
    last = repository.list_files("src/**", offset=1, files_max=1)
    assert ([file.path for file in last.files], last.next_offset) == (["src/b.js"], None)
    assert [file.path for file in repository.list_files(language="Python").files] == ["src/a.py"]


@pytest.mark.parametrize("files_max", [0, 501])
def test_a_page_of_no_size_is_refused(repository: Repository, files_max: int) -> None:
    with pytest.raises(InputError, match="expected 1 to 500 files"):
        repository.list_files(files_max=files_max)


def test_lock_files_are_listed_but_in_no_shard(repository: Repository) -> None:
    assert "poetry.lock" in {file.path for file in repository.files}
    assert {path for shard in repository.shards() for path in shard.paths} == {"src/a.py", "src/b.js"}


def test_shards_can_be_made_of_some_paths_only(repository: Repository) -> None:
    assert [shard.paths for shard in repository.shards(["src/b.js", "poetry.lock", "nowhere.py"])] == [("src/b.js",)]


def test_a_file_that_is_gone_is_refused_with_what_to_do(tmp_path: Path) -> None:
    opened = Repository.open(str(write(tmp_path, {"a.py": "x\n"})))
    (tmp_path / "a.py").unlink()
    with pytest.raises(InputError, match="found: missing"):
        opened.read_lines("a.py", 1, 1)


def test_an_empty_folder_is_an_empty_repository(tmp_path: Path) -> None:
    opened = Repository.open(str(tmp_path))
    assert opened.inventory.is_empty
    assert (opened.files, opened.skipped, opened.shards(), opened.conventions.tools) == ((), (), (), ())


def test_a_file_is_no_repository(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": ""})
    with pytest.raises(InputError, match="found a file"):
        Repository.open(str(tmp_path / "a.py"))


def test_a_folder_that_may_not_be_read_is_refused_with_what_to_do() -> None:
    with open_folder() as folder:
        (folder / "closed").mkdir(mode=0)
        with without_privileges(), pytest.raises(InputError, match="allow reading and entering it"):
            Repository.open(str(folder / "closed"))
