"""The real pip-audit without a network: every pin is afterwards either audited or not audited, with a reason."""

import os

import pytest

from holdfast.apps.review.analysers.dependencies import DependenciesInspector
from holdfast.apps.review.analysers.dependencies.audit import BATCH_PINS_MAX, PINS_MAX, audit
from tests.apps.review.analysers.inspecting import conclude

NO_NETWORK = {
    "PATH": os.environ["PATH"],
    "HOME": os.environ.get("HOME", "/"),
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
}
PINS = [("requests", "2.19.0"), ("jinja2", "2.10")]


def test_without_a_network_nothing_is_audited_and_nothing_is_clean() -> None:
    result = audit(PINS, NO_NETWORK)
    assert (result.audited, result.vulnerabilities) == (set(), [])
    assert set(result.not_audited) == set(PINS)
    assert all("could not be asked" in reason for reason in result.not_audited.values())


def test_without_time_nothing_is_audited() -> None:
    assert set(audit(PINS, NO_NETWORK, seconds_max=0).not_audited.values()) == {"no time was left to ask"}


def test_a_program_that_does_not_answer_in_time_is_given_up() -> None:
    (reason,) = set(audit(PINS, NO_NETWORK, seconds_max=0.01).not_audited.values())
    assert reason.startswith("pip-audit did not answer within")


@pytest.mark.parametrize(
    "pin",
    [
        ("--index-url=http://evil.example", "1.0"),
        ("-r/etc/passwd", "1.0"),
        ("name\n--find-links=/tmp", "1.0"),
        ("name", "1.0 --hash=sha256:x"),
        ("name", "1.*"),
        ("name @ file:///tmp", "1.0"),
        ("", "1.0"),
    ],
)
def test_what_is_no_name_or_version_never_reaches_the_program(pin: tuple[str, str]) -> None:
    result = audit([pin], NO_NETWORK, seconds_max=0)
    assert result.not_audited == {pin: "its name or version is not one a package index can have"}


def test_more_packages_than_the_limit_are_not_audited_and_said_so() -> None:
    result = audit([(f"p{number}", "1.0") for number in range(PINS_MAX + 5)], NO_NETWORK, seconds_max=0)
    reasons = list(result.not_audited.values())
    assert reasons.count(f"over the limit of {PINS_MAX:,} packages") == 5
    assert len(reasons) == PINS_MAX + 5


def test_two_versions_of_one_package_and_many_packages_are_asked_in_several_rounds() -> None:
    pins = [
        ("requests", "2.19.0"),
        ("requests", "2.20.0"),
        *((f"p{number}", "1.0") for number in range(BATCH_PINS_MAX)),
    ]
    assert set(audit(pins, NO_NETWORK).not_audited) == set(pins)


def test_a_project_lists_what_was_not_audited_and_where_it_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", NO_NETWORK["HTTPS_PROXY"])
    monkeypatch.setenv("https_proxy", NO_NETWORK["HTTPS_PROXY"])
    conclusion = conclude(DependenciesInspector(), {"LICENSE": "x\n", "requirements.txt": "\nrequests==2.19.0\n"})
    (each,) = conclusion.not_audited
    assert (each.name, each.version, each.path, each.line) == ("requests", "2.19.0", "requirements.txt", 2)
    assert conclusion.sightings == []
    assert "0 of 1 exact Python versions were audited" in conclusion.notes
