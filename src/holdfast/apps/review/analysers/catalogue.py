"""Which analysers there are: what each looks for, in which languages, and whether it must see the whole project.

Nothing here loads a tool, so the catalogue can be shown without any of them installed.
"""

from enum import StrEnum

import msgspec

from holdfast.apps.review.source.files import SourceFile
from holdfast.apps.review.source.languages import CODE
from holdfast.kernel.errors import InputError

_SCRIPTS = ("JavaScript", "TypeScript", "Vue", "Svelte")
_LIZARD = """
    Python JavaScript TypeScript Vue C C++ C# Objective-C Java Kotlin Scala Go Rust Swift Ruby PHP Perl Lua R Erlang Zig
    Solidity Fortran GDScript PL/SQL
"""


class Scope(StrEnum):
    """What one job of an analyser must be given."""

    FILES = "files"  # any files, in shards
    PROJECT = "project"  # all its files, in one job


class Analyser(msgspec.Struct, frozen=True):
    """An analyser as it is listed. No languages means every readable text."""

    name: str
    covers: str
    languages: tuple[str, ...]
    scope: Scope
    takes_locks: bool = False

    def takes(self, file: SourceFile) -> bool:
        """Whether it has anything to say of a file."""
        if not file.is_reviewable:
            return self.takes_locks
        return not self.languages or file.language in self.languages


ANALYSERS: dict[str, Analyser] = {
    analyser.name: analyser
    for analyser in (
        Analyser("secrets", "keys, tokens and passwords in the code", (), Scope.FILES),
        Analyser(
            "dangerous",
            "SQL, shell, code, paths, templates, data and addresses from outside",
            ("Python", *_SCRIPTS, "Shell", "Dockerfile", "Makefile", "YAML"),
            Scope.FILES,
        ),
        Analyser(
            "authentication",
            "routes, tokens, certificates, comparisons, switches and randomness that let people in",
            ("Python", *_SCRIPTS),
            Scope.FILES,
        ),
        Analyser(
            "data_handling",
            "secrets and personal data in logs, hashes, files and on the wire",
            ("Python", *_SCRIPTS),
            Scope.FILES,
        ),
        Analyser(
            "dependencies",
            "manifests and locks of Python, npm, Go and Cargo, licences, known vulnerabilities of Python packages",
            (),
            Scope.PROJECT,
            takes_locks=True,
        ),
        Analyser("complexity", "functions that are hard to follow", tuple(_LIZARD.split()), Scope.FILES),
        Analyser("test_presence", "source files that no test speaks of", tuple(sorted(CODE)), Scope.PROJECT),
    )
}


def languages_of(name: str) -> frozenset[str] | None:
    """Return the languages an analyser reads, None if it reads every text. Raises InputError if there is none."""
    return frozenset(analyser_named(name).languages) or None


def analyser_named(name: str) -> Analyser:
    """Return an analyser. Raises InputError if there is none of this name."""
    if name not in ANALYSERS:
        raise InputError(f"expected one of the analysers {', '.join(ANALYSERS)}, found {name!r}: name one of these")
    return ANALYSERS[name]
