"""Requests are classified by patterns, by examples and by a model; who is not sure abstains and says why."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Runtime
from holdfast.intent.classification import OUT_OF_SCOPE, Classification
from holdfast.intent.classify import Classifier, Thresholds, settle
from holdfast.intent.combine import InTurn, Together
from holdfast.intent.examples import ByExamples
from holdfast.intent.rules import ByRules, Rule, load_rules
from holdfast.intent.small_model import ByModel, classifying_agent
from holdfast.kernel.errors import DefinitionError
from holdfast.testing import LetterEmbeddings, ScriptedModel, answer_json, fail

RULES = (
    Rule("return", r"\breturn"),
    Rule("refund", r"\brefund|money back"),
    Rule("return", "tax return", -0.9),
    Rule("weak", "perhaps", 0.3),
    Rule(OUT_OF_SCOPE, "weather", 0.9),
)
INTENTS = {"return": "give something back", "refund": "where the money is"}


def examples() -> ByExamples:
    return ByExamples({"ab": ["aab", "abb"], "yz": ["yyz", "yzz"]}, LetterEmbeddings())


async def test_a_pattern_that_is_found_speaks_for_its_intent() -> None:
    found = await ByRules(RULES).classify("I  want to RETURN it")
    assert (found.intent, found.confidence) == ("return", 0.8)
    assert "return" in found.why


async def test_two_patterns_of_one_intent_are_surer_than_one() -> None:
    rules = (*RULES, Rule("return", "give back", 0.5))
    assert (await ByRules(rules).classify("return, that is give back")).confidence == 0.9


async def test_a_pattern_can_speak_against_an_intent() -> None:
    found = await ByRules(RULES).classify("my tax return")
    assert found.abstained
    assert "0.08 sure" in found.why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "nothing speaks"),
        ("perhaps", "0.30 sure, 0.50 is asked for"),
        ("return it for my money back", "too close"),
        ("how is the weather", "out of scope"),
    ],
)
async def test_who_is_not_sure_abstains_and_says_why(text: str, why: str) -> None:
    found = await ByRules(RULES).classify(text)
    assert found.abstained
    assert found.intent is None
    assert why in found.why


async def test_what_came_near_is_told_without_what_is_out_of_scope() -> None:
    found = await ByRules(RULES).classify("return my money back in this weather")
    assert found.abstained
    assert set(found.near) == {"return", "refund"}


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rules]]\nintent = "return"\npattern = "send back"\nweight = 0.7\n')
    assert load_rules(file) == (Rule("return", "send back", 0.7),)


@pytest.mark.parametrize("text", ["[[rules]]\nintent = 1", "[[rules]]\nintent='a'\npatern='b'", "rules", None])
def test_a_file_of_rules_that_cannot_be_used_is_refused_with_its_name(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "rules.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(DefinitionError, match=r"rules in .*rules\.toml"):
        load_rules(file)


@pytest.mark.parametrize("rule", [Rule("a", "("), Rule("a", "b", 1.5), Rule("a", "b", -2)])
def test_a_rule_that_cannot_be_used_is_refused(rule: Rule) -> None:
    with pytest.raises(DefinitionError, match="rule for 'a': expected"):
        ByRules([rule])


async def test_what_reads_like_the_examples_of_an_intent_has_it() -> None:
    found = await examples().classify("bbaa")
    assert found.intent == "ab"
    assert found.confidence > 0.9


@pytest.mark.parametrize("text", ["", "mmm", "123"])
async def test_what_reads_like_no_example_is_left_to_others(text: str) -> None:
    assert (await examples().classify(text)).abstained


def test_an_intent_without_examples_is_refused() -> None:
    with pytest.raises(DefinitionError, match="'ab': expected examples"):
        ByExamples({"ab": []}, LetterEmbeddings())


async def test_a_model_is_asked_in_a_run_and_its_answer_is_read() -> None:
    guess = {
        "intents": [{"intent": "refund", "confidence": 0.9}, {"intent": "murder", "confidence": 1}],
        "why": "money",
    }
    agent = classifying_agent("intent", INTENTS, "small")
    models = {"small": ScriptedModel([answer_json(guess)])}
    async with Runtime.open("memory:", apps=[agent], models=models) as runtime:

        async def ask(text: str) -> object:
            return await (await runtime.start("intent", text)).result()

        found = await ByModel(ask, INTENTS).classify("where is my money?")
    assert (found.intent, found.confidence, found.why) == ("refund", 0.9, "money")
    assert found.near == ("refund",), "what is none of the intents is passed over"
    assert "give something back" in agent.system.text


async def test_a_model_that_gives_no_answer_is_an_abstention() -> None:
    agent = classifying_agent("intent", INTENTS, "small")
    models = {"small": ScriptedModel([fail("refused")])}
    async with Runtime.open("memory:", apps=[agent], models=models) as runtime:

        async def ask(text: str) -> object:
            return await (await runtime.start("intent", text)).result()

        found = await ByModel(ask, INTENTS).classify("where is my money?")
    assert found.abstained
    assert "no answer" in found.why


async def test_an_answer_of_another_shape_is_an_abstention() -> None:
    async def ask(text: str) -> object:
        return {"intents": "refund"}

    assert (await ByModel(ask, INTENTS).classify("?")).abstained


async def test_two_who_agree_are_surer_than_one() -> None:
    rules, again = ByRules([Rule("a", "x", 0.6)]), ByRules([Rule("a", "x", 0.6)])
    found = await Together([(rules, 1.0), (again, 0.5)]).classify("x")
    assert found.confidence == pytest.approx(1 - 0.4 * 0.7)


async def test_two_who_contradict_each_other_come_to_an_abstention() -> None:
    witnesses = [(ByRules([Rule(intent, "x", 0.8)]), 1.0) for intent in ("a", "b")]
    assert "too close" in (await Together(witnesses).classify("x")).why


async def test_what_one_takes_for_out_of_scope_counts_against_the_others() -> None:
    witnesses = [(ByRules([Rule("a", "x", 0.6)]), 1.0), (ByRules([Rule(OUT_OF_SCOPE, "x", 0.9)]), 1.0)]
    assert "out of scope" in (await Together(witnesses).classify("x")).why


class Dear:
    """A classifier that counts how often it is asked."""

    def __init__(self, inner: Classifier) -> None:
        self.inner, self.asked = inner, 0

    async def classify(self, text: str) -> Classification:
        self.asked += 1
        return await self.inner.classify(text)


async def test_the_dear_one_is_asked_only_where_the_cheap_one_abstains() -> None:
    dear = Dear(ByRules([Rule("b", "y")]))
    both = InTurn([ByRules([Rule("a", "x")]), dear])
    assert (await both.classify("x")).intent == "a"
    assert dear.asked == 0
    assert (await both.classify("y")).intent == "b"
    assert dear.asked == 1


async def test_if_all_abstain_every_reason_is_told_and_what_came_near_is_kept() -> None:
    found = await InTurn([ByRules([Rule("a", "x", 0.2)]), ByRules([])]).classify("x")
    assert found.abstained
    assert found.near == ("a",)
    assert "0.20 sure" in found.why
    assert "nothing speaks" in found.why


@pytest.mark.parametrize(
    "make", [lambda: InTurn([]), lambda: Together([(ByRules([]), 2.0)]), lambda: Thresholds(margin_min=2)]
)
def test_what_cannot_be_combined_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(DefinitionError, match="expected"):
        make()


CONFIDENCES = st.dictionaries(st.sampled_from("abcd"), st.floats(0, 1), max_size=4)


@given(CONFIDENCES, st.floats(0, 1), st.floats(0, 1))
def test_whoever_is_believed_is_sure_enough_and_surer_than_the_rest(
    confidences: dict[str, float], confidence_min: float, margin_min: float
) -> None:
    found = settle(confidences, Thresholds(confidence_min=confidence_min, margin_min=margin_min), "so it is")
    if not found.abstained:
        rest = [each.confidence for each in found.intents[1:]]
        assert found.confidence >= confidence_min
        assert found.confidence - max(rest, default=0) >= margin_min
    assert found.why
