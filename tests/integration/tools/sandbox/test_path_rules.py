"""What Landlock is told, version by version."""

from pathlib import Path

from holdfast.integration.tools.sandbox.path_rules import (
    EXECUTE,
    FILE_RIGHTS,
    IOCTL_DEVICE,
    MAKE_DEVICES,
    READ_DIR,
    REFER,
    TRUNCATE,
    WRITE_FILE,
    handled,
    rules,
)


def test_each_version_governs_what_it_knows_and_no_more() -> None:
    assert [len(handled(version)) for version in (1, 3, 4, 5, 6, 7)] == [1, 1, 2, 2, 3, 3]
    for right, since in ((REFER, 2), (TRUNCATE, 3), (IOCTL_DEVICE, 5)):
        assert not handled(since - 1)[0] & right
        assert handled(since)[0] & right


def test_what_may_be_read_may_be_run_and_not_written(tmp_path: Path) -> None:
    ((path, rights),) = rules(6, [tmp_path], [])
    assert path == str(tmp_path)
    assert rights & EXECUTE
    assert not rights & WRITE_FILE


def test_what_may_be_written_makes_no_devices(tmp_path: Path) -> None:
    ((_, rights),) = rules(6, [], [tmp_path])
    assert rights & WRITE_FILE
    assert not rights & MAKE_DEVICES


def test_a_rule_on_a_plain_file_has_none_of_the_rights_of_folders(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ((_, rights),) = rules(6, [], [tmp_path / "file"])
    assert not rights & ~FILE_RIGHTS
    assert not rights & READ_DIR


def test_a_path_that_is_not_there_needs_no_rule(tmp_path: Path) -> None:
    assert rules(6, [tmp_path / "none"], []) == []
