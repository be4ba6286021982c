"""How the stand-in tells a cause from its victims and bystanders, on cases drawn by hand."""

import pytest

from holdfast.apps.incident.offline.heard import Heard
from holdfast.apps.incident.offline.kinds import kind_of
from holdfast.apps.incident.offline.moves import Move
from holdfast.apps.incident.offline.picture import Picture, is_new

CALLS = (("edge", "middle"), ("middle", "base"), ("middle", "other"))


def move(service: str, metric: str, before: float, after: float, since: str = "10:00") -> Move:
    return Move(service, metric, f"2026-03-02 {since}", before, after, before * 0.05)


def picture(*moves: Move, complaints: tuple[tuple[str, str], ...] = ()) -> Picture:
    brief = {
        "window": [{"begins": "2026-03-02 08:00", "ends": "2026-03-02 10:40"}],
        "alerts": [{"at": "2026-03-02 10:10", "service": "edge", "text": "errors"}],
        "services": [{"name": name, "tier": "service"} for name in ("edge", "middle", "base", "other")],
        "dependencies": [{"caller": caller, "callee": callee} for caller, callee in CALLS],
    }
    drawn = Picture(Heard({"brief": brief, "seen": {}}, ()))
    drawn.learn(moves)
    drawn.complaints = [[who, of, 0, 50, "2026-03-02 10:00:30", f"call to {of} failed"] for who, of in complaints]
    return drawn


def ill(service: str, since: str = "10:00", after: float = 0.3) -> Move:
    return move(service, "error_rate", 0.005, after, since)


def test_who_calls_somebody_ill_is_a_victim() -> None:
    drawn = picture(ill("edge"), ill("middle"), ill("base"))
    assert (drawn.deeper("edge"), drawn.deeper("middle"), drawn.deeper("base")) == (["middle"], ["base"], [])
    assert drawn.share_explained("base") == 1.0


def test_what_was_ill_only_later_is_no_cause() -> None:
    assert picture(ill("middle"), ill("base", "10:20")).deeper("middle") == []


def test_a_small_trouble_does_not_explain_a_large_one() -> None:
    drawn = picture(ill("edge"), ill("middle"), ill("other", after=0.02))
    assert drawn.deeper("middle") == []
    assert drawn.is_too_slight("other")


def test_who_is_asked_less_because_its_caller_is_ill_is_no_cause_unless_somebody_complains() -> None:
    quiet = move("base", "request_rate", 200, 20)
    assert picture(ill("middle"), quiet).is_only_quiet("base")
    drawn = picture(ill("middle"), quiet, complaints=(("middle", "base"),))
    assert drawn.deeper("middle") == ["base"]


def test_who_is_ill_because_it_is_asked_more_is_only_busy() -> None:
    more = [move(name, "request_rate", 100, 300) for name in ("edge", "middle")]
    assert picture(*more, ill("middle")).is_only_busy("middle")
    assert not picture(more[1], ill("middle")).is_only_busy("middle")


def test_a_queue_in_which_work_piles_up_is_not_at_fault() -> None:
    assert picture(move("base", "queue_depth", 100, 3_000)).is_only_backed_up("base")


def test_what_hardly_moved_did_not_move() -> None:
    assert not move("base", "latency_ms", 100, 110).is_clear
    assert not Move("base", "latency_ms", "2026-03-02 10:00", 100, 150, 60).is_clear


@pytest.mark.parametrize(
    ("before", "since", "expected"), [(0, 50, True), (12, 25, False), (1, 6, False), (0, 3, False)]
)
def test_what_was_written_all_the_time_is_not_new(before: int, since: int, expected: bool) -> None:
    assert is_new(before, since, picture()) is expected


@pytest.mark.parametrize(
    ("written", "metrics", "change", "kind"),
    [
        ("write failed: ENOSPC", (), None, "disk_full"),
        ("getaddrinfo ENOTFOUND", (), None, "dns"),
        ("something broke", (), "deploy", "bad_deploy"),
        ("something broke", (), None, "other"),
        ("something broke", ("widgets_stuck",), None, "other"),
        ("java.lang.OutOfMemoryError", ("heap_mb",), "deploy", "memory_leak"),
        ("threads wait", ("threads_blocked",), None, "other"),
    ],
)
def test_a_kind_is_told_by_words_metrics_and_changes_and_what_fits_none_is_other(
    written: str, metrics: tuple[str, ...], change: str | None, kind: str
) -> None:
    moves = [move("base", metric, 10, 60) for metric in metrics]
    assert kind_of(moves, [written], change, "service", is_demand=False)[0] == kind
