"""The benchmark of the verifier runs, and says what it has verified."""

from bench.verify import measure


def test_an_app_is_measured_with_its_verdict() -> None:
    (measured,) = measure(("review",)).apps
    assert measured.verdict == "holds"
    assert measured.situations > 100
    assert measured.cpu_seconds > 0
