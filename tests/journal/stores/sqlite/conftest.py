"""A database file for every test, and other processes at it."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import VirtualClock

Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def store(path: Path, clock: VirtualClock) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path, clock)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def spawn(path: Path) -> Iterator[Spawn]:
    """Start ``child.py`` at the database file; whatever still runs at the end is killed."""
    children: list[subprocess.Popen[str]] = []

    def start(task: str, *more: object, path: Path = path) -> subprocess.Popen[str]:
        command = [sys.executable, str(Path(__file__).with_name("child.py")), task, str(path), *map(str, more)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        with child:
            pass
