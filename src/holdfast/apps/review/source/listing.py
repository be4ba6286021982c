"""Which paths a repository has: asked of git where there is a checkout, walked otherwise."""

import stat

import msgspec

from holdfast.apps.review.source.git import NoAnswer, list_checkout
from holdfast.apps.review.source.guard import Entry, Root
from holdfast.apps.review.source.refusals import Reason, Refusal, Skipped

FILES_MAX = 100_000

_IGNORED_NAMES = """
    .git .hg .svn .bzr .venv venv .tox .nox __pycache__ .mypy_cache .pytest_cache .ruff_cache .hypothesis .eggs .cache
    .gradle .terraform .next .nuxt .idea .vscode .direnv
"""
IGNORED_FOLDERS = frozenset(_IGNORED_NAMES.split())
_VENDORED_NAMES = """
    node_modules bower_components vendor vendored _vendor third_party thirdparty 3rdparty site-packages
"""
VENDORED_FOLDERS = frozenset(_VENDORED_NAMES.split())
_BUILT_AT_TOP = frozenset(("build", "dist", "target", "out", "htmlcov"))  # deeper these are names of ordinary packages
_BARE = frozenset(("HEAD", "objects", "refs"))


class Listing(msgspec.Struct, frozen=True):
    """The candidate paths in order, what was left out as a whole, and how they were found."""

    paths: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    source: str
    notes: tuple[str, ...]


def list_paths(root: Root, tracked: tuple[str, ...] | None = None) -> Listing:
    """List what could be reviewed: what git tracks, as far as that is not known already, and what it does not ignore.

    Where git gives no answer, or names no file, the folder is walked instead.
    """
    answer = list_checkout(root.path) if tracked is None else tracked
    if isinstance(answer, NoAnswer):
        notes = (
            ()
            if answer.is_plain_folder
            else (f"git could not list the files, so the folder was walked: {answer.reason}",)
        )
        return _walked(root, notes)
    if not answer:
        return _walked(root, ("git lists no file here, so the folder was walked",))
    return _checkout(root, answer)


def _checkout(root: Root, answer: tuple[str, ...]) -> Listing:
    """Take git's answer; a folder in it is a submodule or another checkout, whose files are walked."""
    paths: list[str] = []
    skipped: dict[str, int] = {}
    nested: list[str] = []
    walk = _Walk(root)
    for path in answer:
        vendored = _vendored_folder(path)
        mode = root.mode(path.rstrip("/"))
        if vendored:
            skipped[vendored] = skipped.get(vendored, 0) + 1
        elif isinstance(mode, int) and stat.S_ISDIR(mode):
            nested.append(path.rstrip("/"))
        else:
            paths.append(path)
    for folder in nested:
        walk.visit(folder)
    notes = tuple(f"a checkout inside this one was walked: {folder}" for folder in nested)
    left_out = [Skipped(f"{folder}/", Reason.VENDORED, f"{count:,} files") for folder, count in sorted(skipped.items())]
    return _bounded([*paths, *walk.paths], [*left_out, *walk.skipped], "git", notes)


def _walked(root: Root, notes: tuple[str, ...]) -> Listing:
    walk = _Walk(root)
    walk.visit("")
    return _bounded(walk.paths, walk.skipped, "walk", notes)


def _bounded(paths: list[str], skipped: list[Skipped], source: str, notes: tuple[str, ...]) -> Listing:
    ordered = sorted(paths)
    if len(ordered) > FILES_MAX:
        left_out = Skipped(
            ordered[FILES_MAX],
            Reason.LIMIT,
            f"this and {len(ordered) - FILES_MAX - 1:,} more: over {FILES_MAX:,} files",
        )
        return Listing(tuple(ordered[:FILES_MAX]), (*skipped, left_out), source, notes)
    return Listing(tuple(ordered), tuple(skipped), source, notes)


class _Walk:
    """A walk that enters no link and no ignored folder; every folder it leaves out is named."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self.paths: list[str] = []
        self.skipped: list[Skipped] = []

    def visit(self, top: str) -> None:
        """Collect the files below a folder. Over the limit it goes on only as far as to say so."""
        pending = [top]
        while pending and len(self.paths) <= FILES_MAX:
            folder = pending.pop()
            entries = self._root.entries(folder)
            if isinstance(entries, Refusal):
                self.skipped.append(Skipped(f"{folder}/", entries.reason, entries.detail))
                continue
            if _is_git_store(entries):
                self.skipped.append(Skipped(f"{folder}/", Reason.IGNORED_FOLDER, "git's own store"))
                continue
            for entry in entries:
                self._take(entry, pending, is_at_top=folder == top)

    def _take(self, entry: Entry, pending: list[str], *, is_at_top: bool) -> None:
        name = entry.path.rpartition("/")[2]
        if not entry.is_folder:
            self.paths.append(entry.path)
        elif name in VENDORED_FOLDERS:
            self.skipped.append(Skipped(f"{entry.path}/", Reason.VENDORED))
        elif name in IGNORED_FOLDERS or (is_at_top and name in _BUILT_AT_TOP) or name.endswith(".egg-info"):
            self.skipped.append(Skipped(f"{entry.path}/", Reason.IGNORED_FOLDER))
        else:
            pending.append(entry.path)


def _vendored_folder(path: str) -> str:
    folders = path.split("/")[:-1]
    for depth, folder in enumerate(folders, start=1):
        if folder in VENDORED_FOLDERS:
            return "/".join(folders[:depth])
    return ""


def _is_git_store(entries: tuple[Entry, ...]) -> bool:
    return _BARE.issubset(entry.path.rpartition("/")[2] for entry in entries)
