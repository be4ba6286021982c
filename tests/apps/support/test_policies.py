"""The desk's policies: the cases that ship with them are decided as they say."""

from tests.surfaces.cli.program import Program


def test_the_cases_that_ship_with_the_policies_are_decided_as_they_say(holdfast: Program) -> None:
    tried = holdfast.bare("policy", "test", "support", "--json")
    assert tried.code == 0, tried.out + tried.err


def test_the_policies_fit_the_app(holdfast: Program) -> None:
    assert holdfast.bare("policy", "check", "support").code == 0
