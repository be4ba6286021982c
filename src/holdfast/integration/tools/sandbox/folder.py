"""The folder of a job: private, made for it, and gone after it."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from holdfast.integration.tools.sandbox.port import Sandbox
from holdfast.kernel.errors import InputError, SandboxFailed


@contextmanager
def work_folder(sandbox: Sandbox, files: Mapping[str, bytes] | None = None) -> Iterator[Path]:
    """Make a folder that jobs of ``sandbox`` may work in, with ``files`` by their relative paths; it is removed after.

    Raises InputError for a path that leads out of it.
    """
    with tempfile.TemporaryDirectory(prefix="holdfast-job-") as made:
        root = Path(made).resolve()
        for name, content in (files or {}).items():
            _write(root, name, content)
        _give(root, sandbox.owner)
        yield root


def check_folder(folder: Path, owner: int) -> None:
    """Raise SandboxFailed unless ``folder`` is one that a job of ``owner`` can work in."""
    if not folder.is_dir():
        raise SandboxFailed(f"expected a folder for the job, found none at {folder}")
    found = folder.stat().st_uid
    if found != owner:
        raise SandboxFailed(
            f"expected the job's folder to belong to user {owner}, found user {found} at {folder}: make it with "
            "work_folder"
        )


def _write(root: Path, name: str, content: bytes) -> None:
    path = Path(os.path.normpath(root / name))
    if root not in path.parents:
        raise InputError(f"expected a path inside the job's folder, found {name!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _give(root: Path, owner: int) -> None:
    if os.geteuid() == owner:
        return
    for folder, _, names in os.walk(root):
        for path in (folder, *(os.path.join(folder, name) for name in names)):
            os.chown(path, owner, owner, follow_symlinks=False)
