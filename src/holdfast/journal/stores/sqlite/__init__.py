"""A journal in one SQLite file: one process drives, any number read and post."""

from holdfast.journal.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
