"""How a large review is cut into pieces: every file in exactly one shard, folders kept together, keys that read well.

The cut depends on paths and line counts alone, so a resumed run finds the same shards under the same keys.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from holdfast.apps.review.source.files import SourceFile

SHARD_LINES_MAX = 12_000
SHARD_FILES_MAX = 150

TOP = "top"  # stands for the files directly below the root

_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")  # in the name of a step


class Shard(msgspec.Struct, frozen=True):
    """A piece of the repository small enough for one agent. A single file larger than the limit is a shard alone."""

    key: str
    paths: tuple[str, ...]
    lines: int
    languages: tuple[str, ...]


def make_shards(
    files: Iterable[SourceFile], *, lines_max: int = SHARD_LINES_MAX, files_max: int = SHARD_FILES_MAX
) -> tuple[Shard, ...]:
    """Partition the files; neighbouring small folders share a shard, a large folder is split."""
    groups: list[tuple[str, list[SourceFile]]] = []
    _split("", sorted(files, key=lambda file: file.path), 0, groups, lines_max, files_max)
    merged = _merge(groups, lines_max, files_max)
    return _with_keys(merged)


def _split(
    folder: str,
    files: list[SourceFile],
    depth: int,
    groups: list[tuple[str, list[SourceFile]]],
    lines_max: int,
    files_max: int,
) -> None:
    """Take a folder whole if it fits; else its subfolders one by one, and its own files in order."""
    if not files:
        return
    if _fits(files, lines_max, files_max):
        groups.append((folder, files))
        return
    below: dict[str, list[SourceFile]] = defaultdict(list)
    for file in files:
        parts = file.path.split("/")
        below["/".join(parts[: depth + 1]) if len(parts) > depth + 1 else ""].append(file)
    groups.extend((folder, [file]) for file in below.pop("", []))
    for name in sorted(below):
        _split(name, below[name], depth + 1, groups, lines_max, files_max)


def _merge(
    groups: list[tuple[str, list[SourceFile]]], lines_max: int, files_max: int
) -> list[tuple[str, list[SourceFile]]]:
    """Join neighbours that fit together; those of different top folders only into half a shard: keys stay telling."""
    merged: list[tuple[str, list[SourceFile]]] = []
    for folder, files in groups:
        if merged:
            last_folder, last_files = merged[-1]
            shared = _shared(last_folder, folder)
            share = 1 if shared else 2
            if _fits([*last_files, *files], lines_max // share, files_max // share):
                merged[-1] = (shared, [*last_files, *files])
                continue
        merged.append((folder, files))
    return merged


def _with_keys(groups: list[tuple[str, list[SourceFile]]]) -> tuple[Shard, ...]:
    """Name each shard by its folder and a running number within it: ``src.web-2``."""
    counts: dict[str, int] = defaultdict(int)
    shards: list[Shard] = []
    for folder, files in groups:
        name = _UNSAFE.sub("_", (folder or _several(files)).replace("/", "."))
        counts[name] += 1
        languages = tuple(sorted({file.language for file in files}))
        paths = tuple(sorted(file.path for file in files))
        shards.append(Shard(f"{name}-{counts[name]}", paths, sum(file.lines for file in files), languages))
    return tuple(shards)


def _several(files: list[SourceFile]) -> str:
    """Name what lies in no one folder by the largest of its top folders, and how many more there are."""
    lines: dict[str, int] = {}
    for file in sorted(files, key=lambda file: file.path):
        top = file.path.split("/")[0] if "/" in file.path else TOP
        lines[top] = lines.get(top, 0) + file.lines
    match sorted(lines, key=lambda top: -lines[top]):
        case [only]:
            return only
        case [first, second]:
            return f"{first}+{second}"
        case [first, *more]:
            return f"{first}+{len(more)}"
        case _:
            return TOP


def _fits(files: list[SourceFile], lines_max: int, files_max: int) -> bool:
    return len(files) <= files_max and sum(file.lines for file in files) <= lines_max


def _shared(one: str, other: str) -> str:
    """Return the folder both are in."""
    shared: list[str] = []
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        shared.append(left)
    return "/".join(shared)
