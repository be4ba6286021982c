"""What a review of a change may comment."""

import os

from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.change.model import Change, ChangedFile, FileKind, FileStatus, LineRange, ranges_of
from holdfast.apps.review.change.reading import read_change
from holdfast.apps.review.change.revision import RevisionReader
from holdfast.apps.review.change.scope import keep_changed, not_commented
from holdfast.apps.review.findings.grounding import DropReason
from tests.apps.review.change.repo import Repo
from tests.apps.review.findings.samples import finding


def _change(**added: tuple[LineRange, ...]) -> Change:
    files = (
        ChangedFile(f"{name}.py", FileStatus.MODIFIED, FileKind.TEXT, added=ranges) for name, ranges in added.items()
    )
    return Change("base", "head", tuple(files))


def test_findings_on_new_lines_stay_and_the_others_are_counted_as_outside() -> None:
    change = _change(a=(LineRange(3, 5), LineRange(9, 9)))
    inside = [finding(path="a.py", line=first, end_line=last) for first, last in ((1, 3), (4, 4), (5, 8), (9, 20))]
    outside = [
        finding(path="a.py", line=1, end_line=2),
        finding(path="a.py", line=6, end_line=8),
        finding(path="a.py", line=10),
        finding(path="b.py", line=4),
    ]

    kept, dropped = keep_changed([*outside[:2], *inside, *outside[2:]], change)

    assert kept == tuple(inside)
    assert [(one.finding, one.reason) for one in dropped] == [(one, DropReason.OUTSIDE_CHANGE) for one in outside]


@given(st.sets(st.integers(1, 30)), st.integers(1, 30), st.integers(0, 5))
def test_a_finding_stays_exactly_if_one_of_its_lines_is_new(new: set[int], line: int, more: int) -> None:
    kept, dropped = keep_changed(
        [finding(path="a.py", line=line, end_line=line + more)], _change(a=ranges_of(sorted(new)))
    )

    assert bool(kept) is not bool(dropped)
    assert bool(kept) is bool(new & set(range(line, line + more + 1)))


def test_files_that_have_no_line_to_comment_are_named_with_the_reason(repo: Repo) -> None:
    repo.write("mode.sh", "echo\n")
    repo.write("old name.py", "".join(f"{n}\n" for n in range(20)))
    repo.commit(gone__py="one\n", shorter__py="one\ntwo\n", a__bin="\0one", fine__py="one\n")
    os.chmod(repo.root / "mode.sh", 0o755)
    os.symlink("a.bin", repo.root / "link")
    repo.git("mv", "old name.py", "new name.py")
    repo.remove("gone.py")
    repo.write("latin.py", b"gr\xfcn\n")
    repo.commit(shorter__py="one\n", a__bin="\0two", empty__py="", fine__py="two\n")

    change = read_change(repo.root, "HEAD~1..HEAD")
    gaps = not_commented(change, RevisionReader(repo.root, "HEAD"))

    assert {gap.what: gap.why for gap in gaps} == {
        "a.bin": "binary",
        "empty.py": "empty",
        "gone.py": "deleted",
        "latin.py": "undecodable: no utf-8 at byte 2",
        "link": "a symbolic link, not followed",
        "mode.sh": "only its mode changed, from 100644 to 100755",
        "new name.py": "only renamed",
        "shorter.py": "only removes lines (1)",
    }
