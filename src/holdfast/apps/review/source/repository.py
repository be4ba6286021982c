"""A repository under review, as its tools see it: an inventory, and guarded reading of what the inventory holds."""

from collections.abc import Collection
from functools import cached_property

import msgspec

from holdfast.apps.review.source.conventions import Conventions, read_conventions
from holdfast.apps.review.source.files import SourceFile
from holdfast.apps.review.source.globs import matches
from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.inventory import Inventory, take_inventory
from holdfast.apps.review.source.reading import LinesPage, page_of, read_text
from holdfast.apps.review.source.refusals import Refusal, Skipped
from holdfast.apps.review.source.shards import SHARD_FILES_MAX, SHARD_LINES_MAX, Shard, make_shards
from holdfast.apps.review.source.text import lines_of
from holdfast.kernel.errors import InputError

PAGE_FILES_MAX = 500


class FilesPage(msgspec.Struct, frozen=True):
    """Some files in order of path. ``next_offset`` asks for the next page, None at the end."""

    files: tuple[SourceFile, ...]
    files_total: int
    next_offset: int | None


class Repository:
    """A folder and what was found in it. Reading goes through its Root, and only to files of the inventory."""

    def __init__(self, root: Root, inventory: Inventory) -> None:
        self.root = root
        self.inventory = inventory
        self._by_path = {file.path: file for file in inventory.files}
        self._skipped = {left_out.path: left_out for left_out in inventory.skipped}

    @classmethod
    def open(cls, path: str, tracked: tuple[str, ...] | None = None) -> "Repository":
        """Take the inventory of a folder; this reads every file once, so keep it off an event loop.

        ``tracked`` are the files git knows in it, for a folder that a revision was laid out in; otherwise git is asked.
        Raises InputError if the path is no folder that can be read. A folder without any text file is a repository
        whose ``inventory.is_empty``.
        """
        root = Root.at(path)
        return cls(root, take_inventory(root, tracked))

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """All readable files, lock files too, in order of path."""
        return self.inventory.files

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """All that is not reviewed, with reasons, in order of path."""
        return self.inventory.skipped

    @cached_property
    def conventions(self) -> Conventions:
        """What the project says about how its code is to be written."""
        return read_conventions(self.root, self.files)

    def file(self, path: str) -> SourceFile:
        """Return the file at a path as listed. Raises InputError if the inventory has none, saying why."""
        if path in self._by_path:
            return self._by_path[path]
        left_out = self._skipped.get(path)
        why = f"which was skipped ({left_out.reason})" if left_out else "which is not in the inventory"
        raise InputError(
            f"expected the path of a listed file, found {path!r}, {why}: take a path from the list of files"
        )

    def text(self, path: str) -> str:
        """Return a file's text as it stands now, line ends as ``\\n``. Raises InputError if it cannot be read now."""
        match read_text(self.root, self.file(path).path):
            case Refusal() as refusal:
                raise InputError(
                    f"expected '{path}' to be readable as when it was listed, found: {refusal}: go on without it"
                )
            case text:
                return text

    def lines(self, path: str) -> tuple[str, ...]:
        """Return a file's lines without their ends, as ``text`` would."""
        return lines_of(self.text(path))

    def read_lines(self, path: str, first: int = 1, last: int = SHARD_LINES_MAX) -> LinesPage:
        """Return a bounded page of numbered lines. Raises InputError as ``text`` does, or if the range is none."""
        return page_of(path, self.text(path), first, last)

    def list_files(
        self, glob: str = "**", language: str | None = None, *, offset: int = 0, files_max: int = 200
    ) -> FilesPage:
        """Return a page of the files a glob and a language name. Raises InputError if the glob or the page is none."""
        if offset < 0 or not 1 <= files_max <= PAGE_FILES_MAX:
            raise InputError(
                f"expected 1 to {PAGE_FILES_MAX} files from offset 0 on, found {files_max} from {offset}: correct it"
            )
        found = [
            file for file in self.files if (not language or file.language == language) and matches(file.path, glob)
        ]
        page = tuple(found[offset : offset + files_max])
        end = offset + len(page)
        return FilesPage(page, len(found), end if page and end < len(found) else None)

    def shards(
        self,
        paths: Collection[str] | None = None,
        *,
        lines_max: int = SHARD_LINES_MAX,
        files_max: int = SHARD_FILES_MAX,
    ) -> tuple[Shard, ...]:
        """Cut the reviewable files, or those of them at ``paths``, into shards."""
        wanted = None if paths is None else frozenset(paths)
        chosen = [file for file in self.files if file.is_reviewable and (wanted is None or file.path in wanted)]
        return make_shards(chosen, lines_max=lines_max, files_max=files_max)
