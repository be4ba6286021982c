"""Every test of bandit has an owner, or a reason why nobody uses it."""

from bandit.core import extension_loader  # type: ignore[import-untyped]  # bandit ships no types

from holdfast.apps.review.analysers.bandit_tests import LEFT_OUT, USED
from holdfast.apps.review.analysers.catalogue import ANALYSERS


def every_test() -> set[str]:
    manager = extension_loader.MANAGER
    return set(manager.plugins_by_id) | set(manager.blacklist_by_id)


def test_every_test_of_bandit_is_used_or_left_out_with_a_reason() -> None:
    assert every_test() - set(USED) - set(LEFT_OUT) == set()


def test_no_test_is_both_used_and_left_out() -> None:
    assert set(USED) & set(LEFT_OUT) == set()


def test_every_used_test_belongs_to_an_analyser_there_is() -> None:
    assert {test.analyser for test in USED.values()} <= set(ANALYSERS)
