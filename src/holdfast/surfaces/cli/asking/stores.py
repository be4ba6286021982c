"""Which store a command means, and how it is opened to read."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from holdfast.kernel.errors import RunNotFound
from holdfast.runtime import Runtime

SQLITE = "sqlite:///"


def store_url(asked: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Return the store asked for, by default one file a user, which is the same from every folder."""
    return asked or f"{SQLITE}{_state_folder(environment) / 'holdfast' / 'holdfast.db'}"


def store_path(url: str) -> Path | None:
    """Return the file of a store that is one, None for any other."""
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def is_there(url: str) -> bool:
    """Whether the store exists; one that is not a file is taken to."""
    path = store_path(url)
    return path is None or path.exists()


def must_be_there(url: str) -> str:
    """Return ``url`` if that store exists: to look for a run creates nothing. Raises RunNotFound."""
    if not is_there(url):
        raise RunNotFound(
            f"expected runs in {url}, found no such file: begin one with 'holdfast run', or name another --store"
        )
    return url


@asynccontextmanager
async def reading(asked: str | None) -> AsyncIterator[Runtime]:
    """Open the store to read and follow: nothing is driven, recovered or created. Raises RunNotFound without one."""
    async with Runtime.open(must_be_there(store_url(asked)), drives=False) as runtime:
        yield runtime


def _state_folder(environment: Mapping[str, str]) -> Path:
    """The folder for what programs remember between starts, by the XDG rules: a relative path there counts as none."""
    named = Path(environment.get("XDG_STATE_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "state"
