"""Source files no test speaks of are told by folder; a project without any test is told once."""

from holdfast.apps.review.analysers.test_presence import TestPresenceInspector
from tests.apps.review.analysers.inspecting import conclude

LONG = "\n# a head\n" + "x = 1\n" * 40


def test_untested_files_are_told_once_a_folder() -> None:
    tree = {
        "src/app/orders.py": LONG,
        "src/app/prices.py": LONG,
        "src/app/taxes.py": LONG,
        "src/web/pages.py": LONG,
        "tests/test_all.py": "from app import orders\n",
    }
    conclusion = conclude(TestPresenceInspector(), tree)
    assert [(subject.path, seen.rule.id, seen.line, seen.detail) for subject, seen in conclusion.sightings] == [
        ("src/app/prices.py", "modules-without-test", 2, "2 here: prices.py, taxes.py."),
        ("src/web/pages.py", "modules-without-test", 2, "1 here: pages.py."),
    ]
    assert conclusion.notes == ["1 lines of tests for 168 lines of source; 1 of 4 files are named in a test"]


def test_a_test_file_named_after_a_source_speaks_of_it() -> None:
    tree = {"src/orders.py": LONG, "web/cart.ts": LONG, "tests/test_orders.py": "x = 1\n", "web/cart.test.ts": "x\n"}
    assert conclude(TestPresenceInspector(), tree).sightings == []


def test_short_files_and_samples_need_no_test() -> None:
    tree = {
        "src/a.py": "x = 1\n",
        "src/__init__.py": LONG,
        "docs/conf.py": LONG,
        "README.md": LONG,
        "tests/test_x.py": "x\n",
    }
    assert conclude(TestPresenceInspector(), tree).sightings == []


def test_a_project_without_tests_is_told_once() -> None:
    conclusion = conclude(TestPresenceInspector(), {"src/a.py": LONG, "src/b.py": LONG})
    assert [(subject.path, seen.rule.id) for subject, seen in conclusion.sightings] == [
        ("src/a.py", "project-without-tests")
    ]


def test_a_project_without_source_has_nothing_to_test() -> None:
    conclusion = conclude(TestPresenceInspector(), {"README.md": LONG})
    assert (conclusion.sightings, conclusion.notes) == ([], ["there is no source code to test"])
