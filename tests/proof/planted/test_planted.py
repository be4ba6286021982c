"""A proof that finds nothing proves nothing unless it finds what is there: planted bugs are caught."""

from pathlib import Path

import pytest

import holdfast
from tests.proof.planted.__main__ import count, show
from tests.proof.planted.mutants import MUTANTS
from tests.proof.planted.planting import planted

SOURCE = Path(holdfast.__file__).parent
QUICK = ("the intent is not waited for", "two drivers hold one run", "a reservation leaks")


def caught_all(names: tuple[str, ...]) -> None:
    rows = show(names, at_once=2)
    assert count(rows) == len(rows), [row for row in rows if row["caught_by"] is None]


@pytest.mark.parametrize("name", MUTANTS)
def test_each_bug_fits_the_source_it_is_planted_in(name: str) -> None:
    mutant = MUTANTS[name]
    path = SOURCE.joinpath(*mutant.module.split(".")[1:]).with_suffix(".py")
    compile(planted(path.read_text(encoding="utf-8"), mutant), path, "exec")


def test_a_few_planted_bugs_are_caught() -> None:
    caught_all(QUICK)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_every_planted_bug_is_caught() -> None:
    assert len(MUTANTS) >= 10
    caught_all(tuple(MUTANTS))
