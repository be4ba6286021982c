"""Reads an app's policies: files in Cedar, or folders of them, beside the file that declares the app."""

from collections.abc import Sequence
from pathlib import Path

from holdfast.governance.policy.declared import Source
from holdfast.kernel.errors import DefinitionError

SUFFIX = ".cedar"
Given = Source | str | Path


def read_sources(given: Given | Sequence[Given], folder: Path) -> tuple[Source, ...]:
    """Return the texts of ``given``; a relative path is relative to ``folder``. Raises DefinitionError."""
    each = [given] if isinstance(given, Source | str | Path) else given
    return tuple(source for one in each for source in _read(one, folder))


def _read(given: Given, folder: Path) -> tuple[Source, ...]:
    if isinstance(given, Source):
        return (given,)
    path = folder / given
    files = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    if not files:
        raise DefinitionError(f"expected policies in {path}, found no file *{SUFFIX}: add one, or leave policies out")
    try:
        return tuple(Source(file.name, file.read_text(encoding="utf-8"), folder=str(file.parent)) for file in files)
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"expected a file of policies, found {path}: {error}") from error
