"""The store: whether its folder can hold one safely, who drives it, and whether what is there can be read."""

import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from holdfast.journal.port import RunFilter
from holdfast.kernel.errors import HoldfastError
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.asking.drive_lock import driver_of
from holdfast.surfaces.cli.asking.stores import SQLITE, reading, store_path
from holdfast.surfaces.cli.diagnosis.finding import Finding, failure, fine, warning
from holdfast.surfaces.cli.showing.wording import instant, size

FREE_BYTES_MIN, FREE_BYTES_GOOD = 100_000_000, 1_000_000_000
FLUSHES = 5
MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset({"9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"})
IN_MEMORY = frozenset({"ramfs", "tmpfs"})


async def look_at_store(url: str) -> AsyncIterator[Finding]:
    """Yield what is found of the store at ``url``. Writes to its folder, and leaves nothing there."""
    path = store_path(url)
    if path is None:
        yield warning("store", f"{url}: what it keeps ends with its process", "name a file with --store sqlite:///PATH")
        return
    yield fine("store", str(path)) if path.exists() else fine("store", f"{path}, made at the first run")
    folder = _nearest(path.resolve().parent)
    if problem := _unusable(folder):
        yield failure("folder", f"{folder} {problem}", "name another place with --store, or make room for it there")
        return
    yield _space(folder)
    yield _file_system(folder)
    with tempfile.TemporaryDirectory(prefix=".holdfast-doctor-", dir=folder) as probe:
        yield _flush(Path(probe))
        yield await _trial(Path(probe))
    if path.exists():
        yield await _contents(url, path)
    yield _driver(path)


def _nearest(folder: Path) -> Path:
    """Return the folder itself, or the innermost around it that exists."""
    return next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))


def _unusable(folder: Path) -> str:
    """Return why nothing can be made in ``folder``; empty if something can."""
    if not folder.is_dir():
        return "is no folder"
    return "" if os.access(folder, os.W_OK | os.X_OK) else "cannot be written by this user"


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_MIN:
        return failure("space", f"{size(free)} free in {folder}", "make room: a full disk stops every run")
    if free < FREE_BYTES_GOOD:
        return warning("space", f"{size(free)} free in {folder}", "make room before it runs out")
    return fine("space", f"{size(free)} free")


def _file_system(folder: Path) -> Finding:
    kind = file_system(folder)
    if kind in NETWORK or kind.startswith("fuse"):
        return warning(
            "file system", f"{kind}: locks and flushes over a network cannot be relied on", "use a local disk"
        )
    if kind in IN_MEMORY:
        return warning("file system", f"{kind}: what is kept there is lost with the power", "use a disk")
    return fine("file system", kind or "not known on this platform")


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """Return the type of the file system that ``folder`` lies on, as Linux tells it; empty where nothing tells."""
    best, kind = "", ""
    for point, found in _mounts(mounts):
        if (folder == Path(point) or Path(point) in folder.parents) and len(point) >= len(best):
            best, kind = point, found
    return kind


def _mounts(mounts: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        before, _, after = line.partition(" - ")
        if after:
            yield before.split(" ")[4].replace("\\040", " "), after.split(" ")[0]


def _flush(folder: Path) -> Finding:
    """Time what every commit waits for."""
    took = []
    try:
        with (folder / "flush").open("wb", buffering=0) as file:
            for _ in range(FLUSHES):
                file.write(b"x" * 4096)
                began = time.perf_counter()
                os.fsync(file.fileno())
                took.append(time.perf_counter() - began)
    except OSError as error:
        return failure("flush", f"fsync failed: {error.strerror}", "use a disk whose file system can flush")
    return fine("flush", f"fsync takes {statistics.median(took) * 1000:.2f} ms")


async def _trial(folder: Path) -> Finding:
    """Make a store with every setting of ours, drive it, and read it."""
    path = folder / "trial.db"
    try:
        async with Runtime.open(f"{SQLITE}{path}") as runtime:
            await runtime.runs()
    except HoldfastError as error:
        return failure("trial", str(error), "name another place with --store")
    return fine("trial", f"a store can be made and locked there: {_pragmas(path)}")


async def _contents(url: str, path: Path) -> Finding:
    try:
        async with reading(url) as runtime:
            found = await runtime.runs(RunFilter(count_max=1))
    except HoldfastError as error:
        return failure("contents", str(error), "name another --store, or bring the file in order")
    newest = f"newest run {instant(found[0].created_at)}" if found else "no runs yet"
    return fine("contents", f"{size(os.stat(path).st_size)}, {newest}, {_pragmas(path)}")


def _pragmas(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        values = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "user_version")}
    except sqlite3.Error as error:
        return str(error)
    finally:
        connection.close()
    return f"journal {values['journal_mode']}, tables of version {values['user_version']}"


def _driver(path: Path) -> Finding:
    holder = driver_of(path)
    if holder is None:
        return fine("driver", "nobody drives it now: whoever comes first will")
    return fine("driver", f"process {holder.pid} on {holder.host} drives it since {instant(holder.since)}")
