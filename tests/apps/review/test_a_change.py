"""The review of a change: its new lines are commented and nothing else, as they are at its head."""

import re
from pathlib import Path

import pytest

from holdfast.apps.review.change.reading import pin
from holdfast.apps.review.report.value import ReportStatus
from holdfast.kernel.messages import Role
from holdfast.testing import ScriptedModel, answer
from tests.apps.review.change.repo import Repo
from tests.apps.review.reviewing import Eavesdropping, finding_answer, handed_in, review

OLD = "import os\n\n\ndef remove(name):\n    os.system('rm ' + name)\n"
NEW = "\n\ndef empty(name):\n    os.system('rm -r ' + name)\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "project")
    repo.write("app/a.py", OLD)
    repo.write("app/same.py", OLD)
    repo.commit()
    return repo


async def test_only_new_lines_are_commented(repo: Repo) -> None:
    repo.write("app/a.py", OLD + NEW)
    repo.commit()

    report = (await review(repo.root, diff="HEAD~1..HEAD")).report

    assert [(finding.path, finding.line, finding.rule) for finding in report.findings] == [
        ("app/a.py", 9, "injection/shell-command")
    ]
    assert (report.files_reviewed, report.lines_reviewed, report.change) == (1, 4, "HEAD~1..HEAD")


async def test_what_is_not_committed_plays_no_part(repo: Repo) -> None:
    repo.write("app/a.py", OLD + NEW)
    repo.commit()
    repo.write("app/a.py", "import pickle\npickle.loads(input())\n")
    repo.write("app/loose.py", OLD)

    report = (await review(repo.root, diff="HEAD~1..HEAD")).report

    assert [(finding.path, finding.line) for finding in report.findings] == [("app/a.py", 9)]


async def test_an_agent_is_told_which_lines_count_and_can_read_what_stands_around_them(repo: Repo) -> None:
    repo.write("app/a.py", OLD + NEW)
    repo.commit()
    overheard = Eavesdropping()

    await review(repo.root, diff="HEAD~1..HEAD", models={"overheard": overheard}, model_for={"injection": "overheard"})

    task = next(message.text for message in overheard.requests[0].messages if message.role is Role.USER)
    assert "the lines that count: app/a.py 6–9" in task
    assert re.search("report nothing on lines that did not change", task)
    results = str(overheard.requests[-1].messages)
    assert "def remove(name)" in results, "the unchanged lines around are context"


async def test_a_finding_on_a_line_that_did_not_change_is_dropped_and_counted(repo: Repo) -> None:
    repo.write("app/a.py", OLD + NEW)
    repo.commit()
    old = finding_answer(path="app/a.py", line=5, evidence="os.system('rm ' + name)")
    elsewhere = finding_answer(path="app/same.py", line=5, evidence="os.system('rm ' + name)")
    scripted = ScriptedModel([answer(handed_in(old, elsewhere))])

    report = (
        await review(repo.root, diff="HEAD~1..HEAD", models={"scripted": scripted}, model_for={"data": "scripted"})
    ).report

    assert report.dropped == {"outside the change": 2}
    assert [finding.line for finding in report.findings] == [9]


async def test_what_cannot_be_commented_is_named_with_its_reason(repo: Repo) -> None:
    repo.write("logo.png", b"\x00\x01")
    repo.write("app/moved.py", "".join(f"LINE_{number} = {number}\n" for number in range(30)))
    repo.write("run.sh", "echo\n")
    repo.commit()
    repo.git("mv", "app/moved.py", "app/here.py")
    repo.remove("app/same.py")
    repo.write("logo.png", b"\x00\x02")
    repo.write("vendor/lib.py", "LIBRARY = 1\n")
    (repo.root / "link").symlink_to("/etc/passwd")
    (repo.root / "run.sh").chmod(0o755)
    repo.commit()

    report = (await review(repo.root, diff="HEAD~1..HEAD")).report

    assert {gap.what: gap.why for gap in report.skipped} == {
        "app/here.py": "only renamed",
        "app/same.py": "deleted",
        "link": "a symbolic link, not followed",
        "logo.png": "binary",
        "run.sh": "only its mode changed, from 100644 to 100755",
        "vendor/lib.py": "vendored",
    }
    assert report.findings == ()


async def test_a_file_that_was_moved_is_commented_where_it_is_now(repo: Repo) -> None:
    repo.write("app/long.py", "".join(f"LINE_{number} = {number}\n" for number in range(40)))
    repo.commit()
    repo.git("mv", "app/long.py", "app/longer.py")
    repo.write("app/longer.py", "".join(f"LINE_{number} = {number}\n" for number in range(40)) + OLD)
    repo.commit()

    report = (await review(repo.root, diff="HEAD~1..HEAD")).report

    assert [(finding.path, finding.line) for finding in report.findings] == [("app/longer.py", 45)]


async def test_a_file_in_a_folder_that_builds_usually_fill_is_reviewed_if_git_tracks_it(repo: Repo) -> None:
    repo.write("build/tool.py", OLD)
    repo.git("add", "--force", "build/tool.py")
    repo.commit()

    report = (await review(repo.root, diff="HEAD~1..HEAD")).report

    assert {finding.path for finding in report.findings} == {"build/tool.py"}


async def test_a_large_change_is_split_among_agents_and_each_line_is_looked_at_once(repo: Repo) -> None:
    filler = "".join(f"LINE_{number} = {number}\n" for number in range(300))
    for number in range(5):
        repo.write(f"app/part_{number}.py", filler + OLD)
    repo.commit()

    reviewed = await review(repo.root, diff="HEAD~1..HEAD")

    agents = [path for path in reviewed.turns() if path.startswith("specialists/injection[")]
    assert len(agents) > 1
    found = (finding for finding in reviewed.report.findings if finding.rule == "injection/shell-command")
    assert sorted((finding.path, finding.line) for finding in found) == [
        (f"app/part_{number}.py", 305) for number in range(5)
    ]
    assert reviewed.report.lines_reviewed == 5 * 305


async def test_a_change_of_nothing_is_a_report_without_findings(repo: Repo) -> None:
    report = (await review(repo.root, diff="HEAD..HEAD")).report

    assert (report.findings, report.skipped, report.files_reviewed) == ((), (), 0)
    assert report.status is ReportStatus.COMPLETE


async def test_commits_win_over_names_that_have_moved_on(repo: Repo) -> None:
    repo.write("app/a.py", OLD + NEW)
    repo.commit()
    pinned = pin(repo.root, "HEAD~1..HEAD")
    repo.write("app/a.py", "LATER = 1\n")
    repo.commit()

    report = (await review(repo.root, diff="HEAD~1..HEAD", commits=pinned)).report

    assert [(finding.path, finding.line) for finding in report.findings] == [("app/a.py", 9)]
    assert report.change == "HEAD~1..HEAD"


async def test_what_a_change_does_not_touch_is_not_called_unaudited(repo: Repo) -> None:
    repo.write("requirements.txt", "requests>=2\n")
    repo.commit()
    repo.write("requirements.txt", "requests>=2\nflask\n")
    repo.commit()

    report = (await review(repo.root, diff="HEAD~1..HEAD")).report

    assert [gap.what for gap in report.not_audited] == ["flask"]
