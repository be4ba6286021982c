"""How well and how fast requests are classified and taken apart, on requests that nothing was tuned on.

``bench/intents`` has requests with what they ask for. Rules and examples come of its tuning half; ``--half tuning``
measures on that one, each request without itself among the examples: so the thresholds were chosen. A model is not
measured: what it would say is another program's affair.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.machine import Machine, describe_machine, load_average
from holdfast.intent.classification import OUT_OF_SCOPE
from holdfast.intent.classify import Classifier, Thresholds
from holdfast.intent.combine import InTurn, Together
from holdfast.intent.examples import ByExamples, Embeddings
from holdfast.intent.parts import Part, parts_of
from holdfast.intent.rules import ByRules, load_rules
from holdfast.runtime.embeddings import open_embeddings

FOLDER = Path(__file__).parent / "intents"
NONE, UNCLEAR = "none", "unclear"
RULES_TRUST, EXAMPLES_TRUST = 0.9, 0.9
RULES = Thresholds(confidence_min=0.5, margin_min=0.1)
EXAMPLES = Thresholds(confidence_min=0.4, margin_min=0.1)
TOGETHER = Thresholds(confidence_min=0.4, margin_min=0.1)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A request, and what it asks for: in this order, if ``is_ordered``; nothing, if one should abstain."""

    text: str
    intents: tuple[str, ...]
    is_ordered: bool
    label: str


@dataclass(frozen=True, slots=True)
class Quality:
    """How well one way classifies."""

    single_right: float
    """Of the requests with one intent: the share that got it."""
    coverage: float
    """Of the same: the share on which it did not abstain."""
    precision: float
    """Of whatever it did not abstain on, out of scope or not: the share that is right."""
    out_of_scope_rejected: float
    unclear_rejected: float
    several_right: float
    """Of the requests with several intents: the share of which exactly these were found."""
    several_with_order_right: float
    """And in the right order, or in none."""
    single_left_whole: float
    """Of the requests with one intent: the share that was not taken apart."""
    classify_us_p50: float
    """Of CPU."""
    classify_us_p95: float
    parts_us_p50: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, on what."""

    half: str
    requests: int
    ways: Mapping[str, Quality]
    machine: Machine


def read(half: str) -> tuple[Labelled, ...]:
    """Return the requests of one half."""
    found = []
    for line in (FOLDER / f"{half}.tsv").read_text(encoding="utf-8").splitlines():
        label, _, text = line.partition("\t")
        intents = tuple(label.replace(">", "+").replace(" ", "").split("+")) if label not in (NONE, UNCLEAR) else ()
        found.append(Labelled(text, intents, ">" in label, label))
    return tuple(found)


def examples_of(requests: Sequence[Labelled]) -> dict[str, list[str]]:
    """Return the requests with one intent as examples of it, and those out of scope as such."""
    found: dict[str, list[str]] = {}
    for each in requests:
        if len(each.intents) == 1 or each.label == NONE:
            found.setdefault(OUT_OF_SCOPE if each.label == NONE else each.label, []).append(each.text)
    return found


def ways(examples: Mapping[str, Sequence[str]], embeddings: Embeddings) -> dict[str, Classifier]:
    """Return the classifiers to measure."""
    rules = load_rules(FOLDER / "rules.toml")
    near = ByExamples(examples, embeddings, EXAMPLES)
    together = Together(((ByRules(rules), RULES_TRUST), (near, EXAMPLES_TRUST)), TOGETHER)
    by_rules = ByRules(rules, RULES)
    return {"rules": by_rules, "examples": near, "together": together, "in_turn": InTurn((by_rules, near))}


@dataclass(frozen=True, slots=True)
class _Answer:
    asked: Labelled
    intent: str | None
    parts: tuple[Part, ...]
    classify_us: float
    parts_us: float

    @property
    def found(self) -> list[str]:
        return [part.classification.intent or "" for part in self.parts]


async def _answer(asked: Labelled, classifier: Classifier) -> _Answer:
    began = time.process_time()
    intent = (await classifier.classify(asked.text)).intent
    middle = time.process_time()
    parts = await parts_of(asked.text, classifier)
    return _Answer(asked, intent, parts, (middle - began) * 1e6, (time.process_time() - middle) * 1e6)


def _quality(answers: Sequence[_Answer]) -> Quality:
    single = [each for each in answers if len(each.asked.intents) == 1]
    several = [each for each in answers if len(each.asked.intents) > 1]
    alone = [each for each in answers if len(each.asked.intents) <= 1]
    spoken = [each for each in alone if each.intent is not None]
    times = sorted(each.classify_us for each in answers)
    return Quality(
        single_right=_share(single, lambda each: each.intent == each.asked.label),
        coverage=_share(single, lambda each: each.intent is not None),
        precision=_share(spoken, lambda each: each.intent == each.asked.label),
        out_of_scope_rejected=_share([a for a in alone if a.asked.label == NONE], lambda each: each.intent is None),
        unclear_rejected=_share([a for a in alone if a.asked.label == UNCLEAR], lambda each: each.intent is None),
        several_right=_share(several, _has_all),
        several_with_order_right=_share(several, lambda each: _has_all(each) and _is_in_order(each)),
        single_left_whole=_share(single, lambda each: len(each.parts) == 1),
        classify_us_p50=round(statistics.median(times), 1),
        classify_us_p95=round(times[int(len(times) * 0.95)], 1),
        parts_us_p50=round(statistics.median(each.parts_us for each in answers), 1),
    )


def _has_all(answer: _Answer) -> bool:
    return sorted(answer.found) == sorted(answer.asked.intents)


def _is_in_order(answer: _Answer) -> bool:
    found = zip(answer.found, answer.parts, strict=True)
    pairs = {(answer.found[other], intent) for intent, part in found for other in part.after}
    return pairs == (set(itertools.pairwise(answer.asked.intents)) if answer.asked.is_ordered else set())


def _share(answers: Sequence[_Answer], holds: Callable[[_Answer], bool]) -> float:
    return round(sum(map(holds, answers)) / len(answers), 3) if answers else 0.0


async def measure(half: str, embeddings: Embeddings, folder: Path) -> Measured:
    """Return how well and how fast each way is on one half."""
    before = load_average()
    tuning, asked = read("tuning"), read(half)
    answers: dict[str, list[_Answer]] = {}
    known = ways(examples_of(tuning), embeddings)
    for each in asked:
        if half == "tuning":  # without itself
            known = ways(examples_of([other for other in tuning if other != each]), embeddings)
        for name, classifier in known.items():
            answers.setdefault(name, []).append(await _answer(each, classifier))
    qualities = {name: _quality(got) for name, got in answers.items()}
    return Measured(half, len(asked), qualities, describe_machine(folder, before))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("held_out", "tuning"), default="held_out", help="what to measure on")
    parser.add_argument("--json", action="store_true", help="print JSON: it always does")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        print(json.dumps(asdict(asyncio.run(measure(given.half, open_embeddings(), Path(folder)))), indent=2))


if __name__ == "__main__":
    main()
