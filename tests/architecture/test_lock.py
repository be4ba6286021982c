"""The lock: in step with pyproject.toml, every file by hash, bound to no registry."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def plain(requirement: str) -> str:
    """`Types_PyYAML[extra]>=6` as the lock spells it: `types-pyyaml`."""
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def locked() -> dict[str, str]:
    """Each locked package with the text of its entry."""
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    return {plain(entry): entry for entry in entries}


def test_every_declared_requirement_is_locked() -> None:
    project = PROJECT["project"]
    declared = [
        *project["dependencies"],
        *(requirement for extra in project["optional-dependencies"].values() for requirement in extra),
        *PROJECT["dependency-groups"]["dev"],
    ]
    missing = {plain(requirement) for requirement in declared} - locked().keys() - {project["name"]}
    assert not missing, f"{sorted(missing)} not in requirements.lock: run scripts/lock"


def test_every_locked_package_is_pinned_and_hashed() -> None:
    for name, entry in locked().items():
        assert re.match(rf"{name}==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_lock_names_no_place_to_download_from() -> None:
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links|@ ", LOCK)


def test_all_takes_every_extra() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    (everything,) = extras["all"]
    assert everything == f"holdfast[{','.join(sorted(extras.keys() - {'all'}))}]"
