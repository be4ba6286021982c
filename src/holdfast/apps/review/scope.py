"""What part of a repository one specialist looks at: a shard of the code, or of a change. Pure."""

from collections.abc import Iterable

import msgspec

from holdfast.apps.review.change.model import Change, LineRange
from holdfast.apps.review.change.shards import split_change
from holdfast.apps.review.source.repository import Repository

WHOLE = "the whole"
"""The key of everything, for what cannot be cut up. No other key has a space in it."""
PATHS_DESCRIBED_MAX = 12
SCOPES_MAX = 1_000
"""Into how many parts a review is cut at most; what lies beyond is named as not covered."""


class Scope(msgspec.Struct, frozen=True):
    """Some files under a readable key. ``changed`` holds, in a review of a change, the lines of each that count."""

    key: str
    paths: tuple[str, ...]
    languages: tuple[str, ...]
    lines: int
    changed: dict[str, tuple[LineRange, ...]] | None = None

    @property
    def description(self) -> str:
        """The scope in words, as it stands in an agent's task."""
        size = f"{len(self.paths)} files, {self.lines} lines of {', '.join(self.languages) or 'text'}"
        if self.changed is None:
            return size
        told = [f"{path} {_told(ranges)}" for path, ranges in sorted(self.changed.items())]
        rest = len(told) - PATHS_DESCRIBED_MAX
        return f"{size}; the lines that count: {'; '.join(told[:PATHS_DESCRIBED_MAX])}" + (
            f"; and {rest} more files" if rest > 0 else ""
        )

    def has(self, path: str) -> bool:
        """Whether a file is to be looked at; in a review of a change only those with new lines are."""
        return self.changed is None or path in self.changed

    def counts(self, path: str, first: int, last: int) -> bool:
        """Whether something found on these lines is to be commented."""
        if self.changed is None:
            return True
        return any(span.first <= last and first <= span.last for span in self.changed.get(path, ()))


def scopes_of(repository: Repository, change: Change | None) -> tuple[Scope, ...]:
    """Return the scopes of a review: the shards of the repository, or those of the change."""
    if change is None:
        return tuple(Scope(shard.key, shard.paths, shard.languages, shard.lines) for shard in repository.shards())
    reviewable = {file.path: file for file in repository.files if file.is_reviewable}
    scopes = []
    for shard in split_change(change):
        changed = {part.path: part.added for part in shard.parts if part.path in reviewable}
        if changed:
            files = [reviewable[path] for path in sorted(changed)]
            languages = _languages(file.language for file in files)
            scopes.append(Scope(shard.key, tuple(sorted(changed)), languages, shard.added_lines, changed))
    return tuple(scopes)


def whole(repository: Repository, change: Change | None) -> Scope:
    """Return the scope of all files, lock files included."""
    changed = None if change is None else {file.path: file.added for file in change.files if file.added}
    files = repository.files
    languages = _languages(file.language for file in files)
    return Scope(WHOLE, tuple(file.path for file in files), languages, sum(file.lines for file in files), changed)


def _languages(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))


def _told(ranges: tuple[LineRange, ...]) -> str:
    return ", ".join(str(span.first) if span.first == span.last else f"{span.first}–{span.last}" for span in ranges)
