"""That what waiting for people costs is measured on runs that wait, and that each of them goes on."""

from pathlib import Path

from bench.approvals import measure


def test_what_waits_is_counted_listed_decided_and_goes_on(tmp_path: Path) -> None:
    waited = measure(30, 10, tmp_path)
    assert (waited.pending, waited.decided, waited.completed) == (30, 40, 40)
    assert not list(tmp_path.iterdir())
