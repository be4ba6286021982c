"""What is proved of an app: searched for when it is first asked for, and kept beside the store by all it depends on."""

import contextlib
import os
from pathlib import Path

import msgspec

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.runtime.verifying import verify
from holdfast.surfaces.cli.asking.stores import store_path, store_url
from holdfast.verify.badge import Verified
from holdfast.verify.bounds import Bounds
from holdfast.verify.identity import identity_of
from holdfast.verify.report import Report, Verdict

AT_START_SECONDS_MAX = 3.0
"""How long it may take before a run begins, or beside a drawing: what is not proved by then is told to be so."""
KEPT_MAX = 100
TOLD_MAX = 5


_here: dict[str, Verified] = {}
"""What this process knows already."""


def keep(report: Report, app: App, catalogue: Catalogue, store: str | None, *, makes_folder: bool = False) -> Verified:
    """Keep the verdict beside the store, and return it. Whoever only looks makes no folder for it."""
    told = [f"{check.id}: {each.place}: {each.told}" for check in report.checks for each in check.violations]
    told += [f"the app {child.app} fails" for child in report.children if child.verdict is Verdict.VIOLATED]
    identity = identity_of(app, catalogue.find)
    found = Verified(identity, app.name, report.verdict, report.situations, report.hit, tuple(told[:TOLD_MAX]))
    _here[identity] = found
    if (path := _file(store)) is not None and (makes_folder or path.parent.is_dir()):
        known = {each.identity: each for each in _read(path)} | {identity: found}
        with contextlib.suppress(OSError):  # a folder that cannot be written makes it slower, no more
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, list(known.values())[-KEPT_MAX:])
    return found


def verdict_on(app: App, store: str | None, *, makes_folder: bool = False) -> Verified:
    """Return the verdict on ``app``: the one that is kept, or what can be proved in a short time."""
    catalogue = Catalogue((app,))
    identity = identity_of(app, catalogue.find)
    known = _here.get(identity)
    if known is None and (path := _file(store)) is not None:
        known = next((each for each in _read(path) if each.identity == identity), None)
    if known is not None:
        _here[identity] = known
        return known
    report = verify(app, catalogue=catalogue, bounds=Bounds(seconds=AT_START_SECONDS_MAX))
    return keep(report, app, catalogue, store, makes_folder=makes_folder)


def must_be_verified(app: App, store: str | None) -> Verified:
    """Return the verdict on ``app``. Raises DefinitionError for one that fails."""
    found = verdict_on(app, store, makes_folder=True)
    if found.verdict is Verdict.VIOLATED:
        told = "; ".join(found.violations)
        raise DefinitionError(
            f"expected app {app.name!r} to hold what is checked of it, found that it fails: {told}. "
            f"'holdfast verify {app.name}' tells how it comes to that; --unverified runs it all the same"
        )
    return found


def _file(store: str | None) -> Path | None:
    path = store_path(store_url(store))
    return None if path is None else path.with_suffix(".verified.json")


def _read(path: Path) -> list[Verified]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Verified])
    except (OSError, msgspec.MsgspecError):
        return []


def _write(path: Path, known: list[Verified]) -> None:
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(msgspec.json.encode(known))
    beside.replace(path)
