"""Whatever lies in the folder: it is named, counted, and never the end of the review."""

import os
from pathlib import Path

import pytest

from holdfast.apps.review.report.terminal import terminal_text
from holdfast.apps.review.report.value import ReportStatus
from holdfast.journal.events import Event, NodeLeft
from holdfast.kernel.errors import RunFailed
from tests.apps.review.reviewing import review
from tests.apps.review.source.trees import checkout, write

SHELL = "import os\n\n\ndef remove(name):\n    os.system('rm ' + name)\n"
LARGE_BYTES = 50_000_000


async def test_odd_files_are_named_with_their_reasons_and_the_rest_is_reviewed(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "code",
        {
            "good.py": SHELL,
            "binary.py": b"\x00\x01\x02",
            "latin.py": "x = 'ä'\n".encode("latin-1"),
            "broken.py": "def broken(:\n",
            "node_modules/dependency/index.js": "eval(x)\n",
            "empty.py": "",
            "deep/" * 60 + "down.py": SHELL,
        },
    )
    with (folder / "large.py").open("wb") as large:
        large.truncate(LARGE_BYTES)
    (folder / "outside.py").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    (folder / "gone.py").symlink_to("nowhere.py")
    os.mkfifo(folder / "pipe.py")

    report = (await review(folder)).report

    assert {gap.what: gap.why for gap in report.skipped} == {
        "binary.py": "binary",
        "latin.py": "undecodable",
        "large.py": "too large",
        "node_modules/": "vendored",
        "outside.py": "symlink out of the root",
        "loop": "symlink to a place inside, reviewed under its own name",
        "gone.py": "broken symlink",
        "pipe.py": "not a regular file",
    }
    assert ("broken.py", "syntax error") in {(gap.what, gap.why) for gap in report.not_covered}
    found = {finding.path for finding in report.findings if finding.rule == "injection/shell-command"}
    assert found == {"good.py", "deep/" * 60 + "down.py"}
    assert report.status is ReportStatus.COMPLETE


async def test_odd_names_are_reviewed_and_shown_so_that_they_do_nothing(tmp_path: Path) -> None:
    names = (b"two\nlines.py", b"\xff\xfe.py", b"\x1b[31mred.py", b"back\\slash.py", "ünïcode ☃.py".encode(), b"-n.py")
    write(tmp_path / "code", {os.fsdecode(name): SHELL for name in names})

    report = (await review(tmp_path / "code")).report

    found = {finding.path for finding in report.findings if finding.rule == "injection/shell-command"}
    assert found == {
        "two\\x0alines.py",
        "\\xff\\xfe.py",
        "\\x1b[31mred.py",
        "back\\\\slash.py",
        "ünïcode ☃.py",
        "-n.py",
    }
    text = terminal_text(report, width=300)
    assert "\x1b" not in text
    assert "two\nlines" not in text


async def test_an_empty_folder_and_an_empty_repository_are_reports_without_findings(tmp_path: Path) -> None:
    for folder in (write(tmp_path / "folder", {}), checkout(tmp_path / "repository", {"a": ""})):
        (folder / "a").unlink(missing_ok=True)
        report = (await review(folder)).report
        assert (report.findings, report.files_reviewed) == ((), 0)
        assert "Nothing was looked at." in terminal_text(report)


async def test_files_that_vanish_or_change_while_they_are_reviewed_take_nothing_else_along(tmp_path: Path) -> None:
    folder = write(tmp_path / "code", {"good.py": SHELL, "gone.py": SHELL, "other.py": SHELL})

    def meanwhile(event: Event) -> None:
        if isinstance(event, NodeLeft) and event.node == "review/stock":
            (folder / "gone.py").unlink()
            (folder / "other.py").write_text("# nothing is left of it\n")

    report = (await review(folder, meanwhile=meanwhile)).report

    assert {finding.path for finding in report.findings} == {"good.py"}
    assert report.status is ReportStatus.COMPLETE


async def test_a_folder_that_is_gone_before_the_review_begins_parks_it_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="expected"):
        await review(tmp_path / "nowhere")
