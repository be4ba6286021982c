"""What the review knows of one file without its text, and which part it plays in the project."""

import re
from enum import StrEnum

import msgspec

from holdfast.apps.review.source.languages import CODE


class Role(StrEnum):
    """The part a file plays; what is found in a test or a sample weighs less than what ships."""

    SOURCE = "source"
    TEST = "test"
    SAMPLE = "sample"
    LOCK = "lock"


class SourceFile(msgspec.Struct, frozen=True):
    """One readable text file of the repository, as it was when the inventory was made."""

    path: str
    language: str
    role: Role
    lines: int
    bytes: int
    sha256: str

    @property
    def is_code(self) -> bool:
        """Whether its language is one that is programmed in, not data or prose."""
        return self.language in CODE

    @property
    def is_reviewable(self) -> bool:
        """Whether it is read as code; a lock file is kept for the dependencies alone."""
        return self.role is not Role.LOCK


_LOCK_NAMES = """
    package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock deno.lock poetry.lock pdm.lock uv.lock
    pipfile.lock pylock.toml cargo.lock go.sum gemfile.lock composer.lock flake.lock gradle.lockfile packages.lock.json
    mix.lock pubspec.lock podfile.lock package.resolved .terraform.lock.hcl
"""
_LOCKS = frozenset(_LOCK_NAMES.split())
_TEST_FOLDERS = frozenset(("test", "tests", "testing", "spec", "specs", "__tests__", "e2e", "testdata", "fixtures"))
_SAMPLE_FOLDER = re.compile(r"(?:examples?|samples?|demos?|docs?|documentation|bench(?:marks)?|tutorials?)")
_TEST_NAME = re.compile(
    r"(?:^test_|^tests?\.|_tests?\.|\.(?:test|spec)\.|^conftest\.|_spec\.|Tests?\.(?:java|kt|cs|scala|swift)$)"
)


def is_lock(path: str) -> bool:
    """Whether the file pins what a package manager resolved."""
    name = path.rpartition("/")[2].lower()
    return name in _LOCKS or (name.startswith("requirements") and name.endswith(".lock"))


def role_of(path: str) -> Role:
    """Return the part a file plays, by its folders and its name."""
    *folders, name = path.split("/")
    if is_lock(path):
        return Role.LOCK
    lowered = [folder.lower() for folder in folders]
    if not _TEST_FOLDERS.isdisjoint(lowered) or _TEST_NAME.search(name):
        return Role.TEST
    if any(map(_SAMPLE_FOLDER.fullmatch, lowered)):
        return Role.SAMPLE
    return Role.SOURCE
