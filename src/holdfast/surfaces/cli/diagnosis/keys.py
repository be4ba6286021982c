"""The keys of data subjects: where they are kept, who else can read them, and whether any is missed."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from holdfast.runtime.adapters import keys_file
from holdfast.surfaces.cli.asking.stores import store_path
from holdfast.surfaces.cli.diagnosis.finding import Finding, failure, fine, warning
from holdfast.surfaces.cli.showing.wording import counted

ABOUT = "subject keys"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SEALED = "SELECT count(*) FROM runs WHERE seal IS NOT NULL AND erased_at IS NULL"
_LIVE = "SELECT count(*) FROM keys WHERE key IS NOT NULL"


def look_at_keys(url: str) -> Iterator[Finding]:
    """Yield what is found of the key file beside the store at ``url``; nothing for one that is no file."""
    store = store_path(url)
    if store is not None:
        yield _looked_at(keys_file(store), _asked(store, _SEALED) if store.exists() else 0)


def _looked_at(path: Path, sealed: int | None) -> Finding:
    if not path.exists():
        if sealed:
            told = f"{path} is not there, and {counted(sealed, 'run')} about people cannot be read without it"
            return failure(ABOUT, told, "put the keys that were backed up apart back in their place")
        return fine(ABOUT, f"{path}, made with the first run about a person")
    keys = _asked(path, _LIVE) if os.access(path, os.R_OK) else None
    if keys is None:
        found = f"{path} cannot be read as a file of keys"
        return failure(ABOUT, found, "let its owner run holdfast, or put a backup back")
    mode = stat.S_IMODE(path.stat().st_mode)
    told = f"{path}, mode {mode:04o}, {counted(keys, 'key')}"
    if mode & OTHERS:
        return warning(ABOUT, f"{told}: others can get at it", f"chmod 600 {path}")
    return fine(ABOUT, told)


def _asked(path: Path, count: str) -> int | None:
    """Return what a table of the file counts, None if it cannot be asked. Changes nothing."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (found,) = connection.execute(count).fetchone()
    except sqlite3.Error:
        return None
    return int(found)
