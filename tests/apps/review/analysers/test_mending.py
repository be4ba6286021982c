"""Whatever an analyser finds, the stand-in says how it is mended."""

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module

import pytest

from holdfast.apps.review import analysers
from holdfast.apps.review.analysers.credentials.kinds import KINDS
from holdfast.apps.review.analysers.subject import Rule
from holdfast.apps.review.offline.fixes import fix_for


def rules_in(value: object) -> Iterator[Rule]:
    """Yield the rules in what a module holds."""
    match value:
        case Rule():
            yield value
        case Mapping():
            yield from (rule for item in value.values() for rule in rules_in(item))
        case tuple() | list() | frozenset():
            yield from (rule for item in value for rule in rules_in(item))
        case _:
            pass


def all_rules(names: Iterable[str]) -> dict[str, Rule]:
    """Return every rule of these modules, by its name."""
    held = (value for name in names for value in vars(import_module(name)).values())
    return {rule.id: rule for value in held for rule in rules_in(value)}


MODULES = [module.name for module in pkgutil.walk_packages(analysers.__path__, f"{analysers.__name__}.")]
RULES = all_rules(MODULES) | {kind.rule.id: kind.rule for kind in KINDS.values()}


def test_there_are_rules() -> None:
    assert {"sql-from-strings", "dependency-unpinned", "modules-without-test", "secret-aws-key"} <= set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_has_words_on_how_to_mend_it(rule: Rule) -> None:
    assert fix_for(rule.id, rule.cwe or 0).endswith(".")


def test_a_manifest_is_not_mended_by_replacing_what_it_names() -> None:
    assert fix_for("dependency-unpinned", 1104) == "Give a range of versions, and keep a lock file."
