"""``holdfast doctor`` says what is in order, what is not, and what to do; it leaves nothing behind."""

import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from holdfast.runtime import Runtime
from holdfast.surfaces.cli.asking.drive_lock import driver_of
from holdfast.surfaces.cli.asking.stores import store_url
from holdfast.surfaces.cli.diagnosis.finding import Level
from holdfast.surfaces.cli.diagnosis.machine import look_at_machine
from holdfast.surfaces.cli.diagnosis.store import file_system
from tests.surfaces.cli.program import Program

DIAGNOSIS = {
    "type": "object",
    "required": ["ok", "checks"],
    "additionalProperties": False,
    "properties": {
        "ok": {"type": "boolean"},
        "checks": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["about", "level", "found", "todo"],
                "additionalProperties": False,
                "properties": {
                    "level": {"enum": ["ok", "warn", "fail"]},
                    "about": {"type": "string"},
                    "found": {"type": "string"},
                    "todo": {"type": "string"},
                },
            },
        },
    },
}
MOUNTS = """\
22 28 0:20 / /proc rw,nosuid - proc proc rw
28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 28 0:40 / /srv/my\\040share rw - nfs4 server:/share rw
41 28 0:41 / /srv/my\\040share/fast rw - xfs /dev/sdb1 rw
"""


def sealed(holdfast: Program) -> Path:
    """Return where the keys are after a run about a person."""
    assert holdfast("run", "greet", "hello", "--subject", "ann").code == 0
    (path,) = holdfast.folder.rglob("*.keys")
    return path


def test_it_tells_where_the_keys_of_data_subjects_will_be_and_are(holdfast: Program) -> None:
    level, told = found(holdfast)["subject keys"]
    assert (level, told.endswith("holdfast.db.keys, made with the first run about a person")) == ("ok", True)
    path = sealed(holdfast)
    assert found(holdfast)["subject keys"] == ("ok", f"{path}, mode 0600, 1 key")


def test_keys_that_others_can_get_at_are_warned_of(holdfast: Program) -> None:
    path = sealed(holdfast)
    path.chmod(0o640)
    level, told = found(holdfast)["subject keys"]
    assert (level, told) == ("warn", f"{path}, mode 0640, 1 key: others can get at it")


def test_keys_that_are_missed_or_spoilt_are_in_the_way(holdfast: Program) -> None:
    path = sealed(holdfast)
    kept = path.read_bytes()
    path.unlink()
    level, told = found(holdfast)["subject keys"]
    assert (level, "1 run about people cannot be read without it" in told) == ("fail", True)
    path.write_bytes(b"no database " + kept)
    level, told = found(holdfast)["subject keys"]
    assert (level, told) == ("fail", f"{path} cannot be read as a file of keys")


def found(holdfast: Program) -> dict[str, tuple[str, str]]:
    checks = holdfast("doctor", "--json").json["checks"]
    return {check["about"]: (check["level"], check["found"]) for check in checks}


def test_the_diagnosis_is_one_object(holdfast: Program) -> None:
    done = holdfast("doctor", "--json")
    Draft202012Validator(DIAGNOSIS).validate(done.json)
    assert (done.code, done.json["ok"]) == (0, True)


def test_it_looks_at_machine_store_and_apps_and_leaves_nothing_behind(holdfast: Program) -> None:
    before = sorted(holdfast.folder.rglob("*"))
    checks = found(holdfast)
    assert {"python", "sqlite", "git", "space", "file system", "flush", "trial", "driver"} <= checks.keys()
    assert checks["app greet"] == ("ok", "1 agent, 1 tool, 0 functions")
    assert checks["store"][1].endswith("made at the first run")
    assert sorted(holdfast.folder.rglob("*")) == before


def test_an_app_that_cannot_be_loaded_is_a_warning_that_names_the_extra(holdfast: Program) -> None:
    level, told = found(holdfast)["app broken"]
    assert level == "warn"
    assert "pip install 'holdfast[broken]'" in told
    done = holdfast("doctor")
    assert done.code == 0
    assert "→ runs of it cannot be driven here" in done.out


def test_it_reads_the_store_and_says_who_drives_it(holdfast: Program) -> None:
    holdfast("run", "greet", "hello")
    checks = found(holdfast)
    assert "journal wal" in checks["contents"][1]
    assert checks["driver"] == ("ok", "nobody drives it now: whoever comes first will")


async def test_the_process_that_drives_a_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    assert driver_of(path) is None
    async with Runtime.open(f"sqlite:///{path}"):
        holder = driver_of(path)
        assert holder is not None
        assert holder.pid == os.getpid()
    assert driver_of(path) is None


def test_a_file_that_is_no_store_is_in_the_way(holdfast: Program) -> None:
    holdfast.store.parent.mkdir()
    holdfast.store.write_text("something else entirely, and long enough to be looked at")
    done = holdfast("doctor", "--json")
    assert (done.code, done.json["ok"]) == (1, False)
    failing = [check["about"] for check in done.json["checks"] if check["level"] == "fail"]
    assert failing == ["contents"]


def test_a_place_that_can_hold_no_store_is_in_the_way(holdfast: Program) -> None:
    (holdfast.folder / "runs").write_text("a file where the folder should be")
    done = holdfast("doctor", "--json")
    assert done.code == 1
    assert [check["found"] for check in done.json["checks"] if check["level"] == "fail"] == [
        f"{holdfast.folder / 'runs'} is no folder"
    ]


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/var/lib", "ext4"), ("/srv/my share", "nfs4"), ("/srv/my share/a", "nfs4"), ("/srv/my share/fast/b", "xfs")],
)
def test_the_file_system_is_that_of_the_innermost_mount(tmp_path: Path, folder: str, kind: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert file_system(Path(folder), mounts) == kind


def test_a_platform_without_mounts_to_read_is_no_failure(tmp_path: Path) -> None:
    assert file_system(Path("/"), tmp_path / "nowhere") == ""


def test_this_machine_can_run_the_tests() -> None:
    assert all(finding.level is not Level.FAIL for finding in look_at_machine())


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({"XDG_STATE_HOME": "/state"}, "sqlite:////state/holdfast/holdfast.db"),
        ({"XDG_STATE_HOME": "relative"}, f"sqlite:///{Path.home()}/.local/state/holdfast/holdfast.db"),
        ({}, f"sqlite:///{Path.home()}/.local/state/holdfast/holdfast.db"),
    ],
)
def test_the_default_store_is_one_file_a_user(environment: dict[str, str], url: str) -> None:
    assert store_url(None, environment) == url
    assert store_url("memory:", environment) == "memory:"


def test_a_store_in_memory_is_a_warning(holdfast: Program) -> None:
    checks = holdfast.bare("doctor", "--store", "memory:", "--json").json["checks"]
    assert [check["level"] for check in checks if check["about"] == "store"] == ["warn"]
