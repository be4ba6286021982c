"""What is wrong with how dependencies are declared: unpinned, unlocked, conflicting, from a place without a name."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from holdfast.apps.review.analysers.dependencies.declared import Declared, Ecosystem, Manifest
from holdfast.apps.review.analysers.dependencies.versions import fits, have_no_version_in_common
from holdfast.apps.review.analysers.subject import Rule, Sighting

SOURCE = "manifests"
NAMES_SHOWN_MAX = 8

ANY_VERSION = Rule(
    "dependency-unpinned",
    "Dependencies without any version",
    "medium",
    "The next build may get another release than was tested, or a hostile one: give a range, and lock it.",
    1104,
)
NOT_EXACT = Rule(
    "requirements-not-exact",
    "Requirements without exact versions or a lock",
    "low",
    "Two installs may differ: pin with ==, or keep a lock file.",
    1104,
)
NO_LOCK = Rule(
    "no-lock-file",
    "Dependencies without a lock file",
    "low",
    "What gets installed is decided anew each time: commit the lock file.",
    1104,
)
CONFLICT = Rule(
    "dependency-conflict",
    "Manifests that cannot both be met",
    "medium",
    "No version satisfies both: agree on one range.",
    1104,
)
STALE_LOCK = Rule(
    "lock-out-of-date",
    "Lock that does not fit its manifest",
    "medium",
    "The locked version is not one the manifest allows: lock again.",
    1104,
)
UNSAFE_SOURCE = Rule(
    "dependency-from-unsafe-source",
    "Packages from an unverified source",
    "medium",
    "What is fetched can be replaced on the way or at its place: use https and name a commit or digest.",
    494,
)
SECOND_INDEX = Rule(
    "second-package-index",
    "Packages from two indexes at once",
    "medium",
    "Whoever registers an internal name on the public index gets installed: use one index, or pin by digest.",
    427,
)
_MANAGERS: dict[Ecosystem, tuple[str, ...]] = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"),
    "go": ("go.sum",),
    "cargo": ("cargo.lock",),
    "python": ("poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "requirements.lock", "pylock.toml"),
}
_PLAIN = re.compile(r"http://(?!localhost|127\.)|--trusted-host|git://")


def check_versions(manifest: Manifest, *, is_locked: bool) -> Iterator[Sighting]:
    """See dependencies any version would satisfy, or requirements that are not exact although nothing locks them."""
    if manifest.is_lock:
        return
    loose = [each for each in manifest.declared if each.is_anything]
    if loose:
        confidence = 0.3 if is_locked else 0.65
        yield _of_several(ANY_VERSION, loose, len(manifest.declared), confidence, is_grave=not is_locked)
    inexact = [each for each in manifest.declared if not each.is_pinned and not each.is_anything and not each.url]
    if inexact and not is_locked and manifest.path.endswith(".txt") and "constraints" not in manifest.path:
        yield _of_several(NOT_EXACT, inexact, len(manifest.declared), 0.4, is_grave=True)


def check_lock(manifest: Manifest, *, is_locked: bool) -> Iterator[Sighting]:
    """See a manifest that nothing locks; a library needs no lock, which cannot be told apart, so this weighs little."""
    is_project = manifest.path.rpartition("/")[2].lower() in (
        "package.json",
        "go.mod",
        "cargo.toml",
        "pyproject.toml",
        "pipfile",
    )
    needs_lock = [each for each in manifest.declared if not each.group]
    if is_project and needs_lock and not is_locked and not manifest.is_lock:
        first = needs_lock[0]
        confidence = 0.3 if manifest.ecosystem in ("python", "cargo") else 0.6
        detail = f"{len(needs_lock)} dependencies."
        yield Sighting(NO_LOCK, first.line, first.line, confidence, SOURCE, detail=detail)


def check_sources(manifest: Manifest) -> Iterator[Sighting]:
    """See packages fetched without encryption, from a moving branch, or from a second index."""
    for number, text in manifest.sources:
        if _PLAIN.search(text):
            yield Sighting(UNSAFE_SOURCE, number, number, 0.8, SOURCE)
        elif text.startswith("--extra-index-url"):
            yield Sighting(SECOND_INDEX, number, number, 0.5, SOURCE)
    for each in manifest.declared:
        if each.url and (_PLAIN.search(each.url) or ("git" in each.url and not each.is_pinned and "://" in each.url)):
            yield Sighting(UNSAFE_SOURCE, each.line, each.line, 0.5, SOURCE, detail=f"{each.name}.")


def check_conflicts(manifests: Sequence[Manifest]) -> Iterator[tuple[str, Sighting]]:
    """See, with the path of the later one, Python requirements that exclude each other, and locks that miss them."""
    declared: dict[str, list[tuple[Declared, bool]]] = defaultdict(list)
    for manifest in manifests:
        for each in manifest.declared:
            if each.ecosystem == "python" and each.specifier and not each.is_conditional:
                declared[each.name].append((each, manifest.is_lock))
    for name in sorted(declared):
        wanted = [each for each, is_lock in declared[name] if not is_lock]
        locked = [each for each, is_lock in declared[name] if is_lock]
        yield from _between(name, wanted)
        for lock in locked:
            missed = [each for each in wanted if not fits(lock.specifier.removeprefix("=="), each.specifier)]
            if missed and _same_folder(lock.path, missed[0].path):
                detail = f"{name} is locked at {lock.specifier}, {missed[0].path} wants {missed[0].specifier}."
                yield lock.path, Sighting(STALE_LOCK, lock.line, lock.line, 0.7, SOURCE, detail=detail)


def is_locked(manifest: Manifest, paths: Iterable[str]) -> bool:
    """Whether a lock file of the manifest's ecosystem lies beside it or above."""
    names = _MANAGERS[manifest.ecosystem]
    folder = manifest.path.rpartition("/")[0]
    for path in paths:
        lock_folder, _, name = path.rpartition("/")
        is_above = not lock_folder or folder == lock_folder or folder.startswith(f"{lock_folder}/")
        if is_above and (name.lower() in names or (manifest.ecosystem == "python" and _is_compiled(name))):
            return True
    return False


def _is_compiled(name: str) -> bool:
    return name.startswith("requirements") and name.endswith((".lock", "-lock.txt"))


def _between(name: str, wanted: Sequence[Declared]) -> Iterator[tuple[str, Sighting]]:
    for index, later in enumerate(wanted):
        for earlier in wanted[:index]:
            if earlier.specifier != later.specifier and have_no_version_in_common(earlier.specifier, later.specifier):
                detail = f"{name}: {later.specifier} here, {earlier.specifier} in {earlier.path}, line {earlier.line}."
                is_optional = bool(earlier.group or later.group)
                confidence = 0.4 if is_optional else 0.7
                yield later.path, Sighting(CONFLICT, later.line, later.line, confidence, SOURCE, detail=detail)
                break


def _of_several(rule: Rule, found: Sequence[Declared], total: int, confidence: float, *, is_grave: bool) -> Sighting:
    names = ", ".join(each.name for each in found[:NAMES_SHOWN_MAX])
    more = f" and {len(found) - NAMES_SHOWN_MAX} more" if len(found) > NAMES_SHOWN_MAX else ""
    detail = f"{len(found)} of {total}: {names}{more}."
    return Sighting(rule, found[0].line, found[0].line, confidence, SOURCE, None if is_grave else "low", detail)


def _same_folder(one: str, other: str) -> bool:
    return one.rpartition("/")[0] == other.rpartition("/")[0]
