"""The catalogue says what can be run, in which languages, and loads no tool."""

import subprocess
import sys

import pytest

from holdfast.apps.review.analysers.catalogue import ANALYSERS, analyser_named, languages_of
from holdfast.apps.review.analysers.complexity import readable_name
from holdfast.apps.review.analysers.engine import INSPECTORS
from holdfast.apps.review.source.files import Role, SourceFile
from holdfast.kernel.errors import InputError

TOOLS = ("bandit", "detect_secrets", "lizard", "pip_audit", "packaging")


def test_everything_listed_can_be_run_and_the_other_way_round() -> None:
    assert set(ANALYSERS) == set(INSPECTORS)


def test_an_unknown_analyser_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="expected one of the analysers secrets, dangerous"):
        analyser_named("nonsense")


def test_lock_files_go_to_the_dependencies_alone() -> None:
    lock = SourceFile("poetry.lock", "TOML", Role.LOCK, 1, 1, "")
    assert [name for name, analyser in ANALYSERS.items() if analyser.takes(lock)] == ["dependencies"]


def test_no_languages_means_every_text() -> None:
    assert languages_of("secrets") is None
    assert languages_of("data_handling") == frozenset(("Python", "JavaScript", "TypeScript", "Vue", "Svelte"))


@pytest.mark.parametrize("language", sorted(languages_of("complexity") or ()))
def test_every_language_said_to_be_counted_is_one_the_counter_reads(language: str) -> None:
    suffixes = {
        "Python": "py",
        "JavaScript": "js",
        "TypeScript": "ts",
        "Vue": "vue",
        "C": "c",
        "C++": "cpp",
        "C#": "cs",
    }
    suffixes |= {
        "Objective-C": "m",
        "Java": "java",
        "Kotlin": "kt",
        "Scala": "scala",
        "Go": "go",
        "Rust": "rs",
        "Swift": "swift",
    }
    suffixes |= {"Ruby": "rb", "PHP": "php", "Perl": "pl", "Lua": "lua", "R": "r", "Erlang": "erl", "Zig": "zig"}
    suffixes |= {"Solidity": "sol", "Fortran": "f90", "GDScript": "gd", "PL/SQL": "pls"}
    assert readable_name(f"a.{suffixes[language]}", language) is not None


def test_the_catalogue_and_the_pool_load_no_tool() -> None:
    program = (
        "import sys; import holdfast.apps.review.analysers.catalogue, holdfast.apps.review.analysers.pool; "
        f"print([tool for tool in {TOOLS!r} if tool in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
