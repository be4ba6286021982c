"""Classifies by patterns: rules that are data, each with the weight of what it says."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from holdfast.intent.classification import Classification
from holdfast.intent.classify import Thresholds, plain, settle
from holdfast.kernel.errors import DefinitionError


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where ``pattern`` is found, ``intent`` is so likely: 0.8 of what was open. Below 0 it speaks against it."""

    intent: str
    pattern: str
    """A regular expression, on lower-case text with single spaces."""
    weight: float = 0.8


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: tuple[Rule, ...]


class ByRules:
    """A classifier by rules. Of one intent they count as witnesses who know nothing of each other."""

    def __init__(self, rules: Sequence[Rule], thresholds: Thresholds | None = None) -> None:
        """Raises DefinitionError for a pattern that is none, or a weight that is not from -1 to 1."""
        self._rules = tuple((rule, _compiled(rule)) for rule in rules)
        self._thresholds = thresholds or Thresholds()

    async def classify(self, text: str) -> Classification:
        """Return the intent that most speaks for."""
        spoken = plain(text)
        open_: dict[str, float] = {}
        against: dict[str, float] = {}
        matched = []
        for rule, pattern in self._rules:
            if pattern.search(spoken) is None:
                continue
            matched.append(f"{rule.intent}: {rule.pattern}")
            if rule.weight < 0:
                against[rule.intent] = against.get(rule.intent, 1.0) * (1 + rule.weight)
            else:
                open_[rule.intent] = open_.get(rule.intent, 1.0) * (1 - rule.weight)
        confidences = {intent: (1 - left) * against.get(intent, 1.0) for intent, left in open_.items()}
        return settle(confidences, self._thresholds, f"matched {'; '.join(matched)}")


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Return the rules in a TOML file: a table ``[[rules]]`` each. Raises DefinitionError if it cannot be used."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Rules).rules
    except (OSError, ValueError) as error:
        raise DefinitionError(f"expected rules in {path}, found none that can be used ({error}): mend it") from error


def _compiled(rule: Rule) -> re.Pattern[str]:
    if not -1 <= rule.weight <= 1:
        raise DefinitionError(f"rule for {rule.intent!r}: expected a weight from -1 to 1, found {rule.weight}")
    try:
        return re.compile(rule.pattern)
    except re.error as error:
        told = f"expected a regular expression, found {rule.pattern!r} ({error})"
        raise DefinitionError(f"rule for {rule.intent!r}: {told}") from error
