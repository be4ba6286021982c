"""The reference says what the code says: events, errors, effects, expressions, the lifecycle, the words."""

import contextlib
import re
from typing import get_args

import msgspec
import pytest

from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.tools.contract import IdempotencyKey, tool
from holdfast.integration.tools.probe import Unknown
from holdfast.journal.events import Event
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError, ExpressionError, HoldfastError
from holdfast.kernel.expression import RESULT_SIZE_MAX, STEPS_MAX, parse
from holdfast.kernel.expression.functions import EXTREME_ARGUMENTS_MAX, FUNCTIONS
from holdfast.kernel.expression.parse import DEPTH_MAX, NODES_MAX, TEXT_LENGTH_MAX
from holdfast.kernel.expression.scalars import ROUND_DIGITS_MAX
from holdfast.kernel.expression.values import CHARACTERS_A_STEP, INTEGER_BITS_MAX, NESTING_MAX
from holdfast.kernel.messages import StopReason, Usage
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.kernel.ways import Way
from holdfast.orchestration.draw import lifecycle_diagram, lifecycle_table
from holdfast.orchestration.flow.nodes import Join, Node
from holdfast.orchestration.lifecycle import RULES
from holdfast.runtime.models.configuration import Configured
from holdfast.runtime.models.configured_accounts import ConfiguredAccount
from holdfast.runtime.models.name import EXTRAS, KEYS, PROVIDERS
from tests.docs.reference import REFERENCE, ROOT, codes, first_codes, rows, sections

EVENTS = {event.__name__: event for event in get_args(Event)}
EVENT_SECTIONS = sections(REFERENCE / "events.md", level=3)


def test_every_event_has_a_section_and_every_section_an_event() -> None:
    assert sorted(EVENT_SECTIONS) == sorted(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_described_by_its_tag_and_its_fields_in_their_order(name: str) -> None:
    text, event = EVENT_SECTIONS[name], EVENTS[name]
    assert codes(text)[0] == event.__struct_config__.tag
    assert first_codes(text) == [field.name for field in msgspec.structs.fields(event)]


@pytest.mark.parametrize("name", EVENTS)
def test_the_fields_that_point_at_payloads_are_marked(name: str) -> None:
    marked = {codes(row[0])[0] for row in rows(EVENT_SECTIONS[name]) if "⁕" in row[0]}
    pointing = {field.name for field in msgspec.structs.fields(EVENTS[name]) if "PayloadId" in str(field.type)}
    assert marked == pointing


def test_the_lifecycle_s_table_is_the_one_from_which_the_code_decides() -> None:
    assert lifecycle_table() in sections(REFERENCE / "events.md", 2)["Lifecycle"] + "\n"


def test_the_lifecycle_s_diagram_is_drawn_from_the_same_table() -> None:
    page = (ROOT / "docs" / "explanation" / "lifecycle.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{lifecycle_diagram()}```\n" in page


def test_every_failure_rule_is_explained() -> None:
    page = ROOT / "docs" / "explanation" / "lifecycle.md"
    assert first_codes(sections(page, 2)["When a run fails"]) == [state.value for state in RULES]
    assert {codes(row[1])[0] for row in rows(sections(page, 2)["When a run fails"])} == {*RULES.values()}


# --- errors ---

ERRORS = sections(REFERENCE / "errors.md", level=2)


def tree(error: type[Exception]) -> set[type[Exception]]:
    return {error}.union(*map(tree, error.__subclasses__()))


def test_every_exception_is_listed() -> None:
    homes = (HoldfastError.__module__, ModelCallFailed.__module__)
    declared = {error.__name__ for error in tree(HoldfastError) if error.__module__ in homes}
    assert ModelCallFailed.__name__ in declared
    assert sorted(first_codes(ERRORS["Exceptions"])) == sorted(declared)


def test_every_kind_of_fault_is_listed() -> None:
    assert first_codes(ERRORS["Faults"]) == [kind.value for kind in ErrorKind]


def test_every_outcome_is_listed_and_those_that_let_others_go_on_are_named() -> None:
    assert first_codes(ERRORS["Outcomes"]) == [outcome.value for outcome in Outcome]
    said = next(line for line in ERRORS["Outcomes"].splitlines() if "goes on after" in line)
    assert codes(said) == [outcome.value for outcome in Outcome if outcome.is_success]


# --- models ---

MODELS = sections(REFERENCE / "models.md", level=2)


def test_every_provider_is_listed_with_its_key_and_its_extra() -> None:
    listed = {codes(row[0])[0].partition(":")[0]: (codes(row[2]), codes(row[3])) for row in rows(MODELS["Names"])}
    assert listed == {provider: (list(KEYS[provider]), [EXTRAS[provider]]) for provider in PROVIDERS} | {
        "recorded": ([], [])
    }


def test_every_reason_to_stop_is_listed() -> None:
    assert sorted(first_codes(MODELS["Why a model stops"])) == sorted(reason.value for reason in StopReason)


def test_everything_that_a_call_consumes_is_listed() -> None:
    assert first_codes(MODELS["What a call consumes"]) == [field.name for field in msgspec.structs.fields(Usage)]


def test_every_field_of_a_configured_model_is_listed() -> None:
    assert first_codes(MODELS["Configured models"]) == list(Configured.model_fields)


def test_every_field_of_an_account_and_of_a_calls_way_is_listed() -> None:
    assert first_codes(MODELS["Accounts"]) == list(ConfiguredAccount.model_fields)
    assert first_codes(MODELS["Which way a call took"]) == [field.name for field in msgspec.structs.fields(Way)]


# --- effects ---


def test_every_effect_is_listed_with_what_it_asks_for() -> None:
    listed = {codes(row[0])[0]: row[2:] for row in rows(sections(REFERENCE / "effects.md", level=2)["Delivery"])[:5]}
    assert list(listed) == [effect.value for effect in Effect]
    for effect in Effect:
        is_made_again, needs_intent, has_key = listed[effect.value]
        assert is_made_again.startswith("yes") == effect.repeats_safely
        assert needs_intent.startswith("yes") == effect.needs_intent
        assert has_key.startswith("yes") == may_have_a_key(effect)


def look_up(key: IdempotencyKey) -> Unknown:
    return Unknown()


def may_have_a_key(effect: Effect) -> bool:
    with contextlib.suppress(DefinitionError):

        @tool(effect=effect, probe=look_up if effect is Effect.TRANSACTIONAL else None)
        def send(*, key: IdempotencyKey) -> str:
            """Send it."""
            return key

        return True
    return False


# --- expressions ---

EXPRESSIONS = sections(REFERENCE / "expressions.md", level=2)


def test_every_function_is_listed_as_it_is_called() -> None:
    signatures = {"defined": "defined(path)"} | {name: function.signature for name, function in FUNCTIONS.items()}
    assert {codes(row[0])[0] for row in rows(EXPRESSIONS["Functions"])} == set(signatures.values())


@pytest.mark.parametrize("row", rows(EXPRESSIONS["Functions"]), ids=lambda row: row[0])
def test_the_example_of_a_function_gives_what_is_said(row: list[str]) -> None:
    example, given = codes(row[2])
    assert parse(example).evaluate({"scan": {"files": 3}}) == parse(given).evaluate({})


@pytest.mark.parametrize("row", rows(EXPRESSIONS["Forms"]), ids=lambda row: row[0])
def test_the_examples_of_a_form_are_expressions(row: list[str]) -> None:
    assert [parse(example) for example in codes(row[1])]


@pytest.mark.parametrize("row", rows(EXPRESSIONS["What is refused"]), ids=lambda row: row[0])
def test_what_is_said_to_be_refused_is_refused(row: list[str]) -> None:
    with pytest.raises(ExpressionError):
        parse(codes(row[0])[0]).evaluate({"a": 1, "scan": {}})


def test_the_limits_are_those_of_the_code() -> None:
    limits = {
        "characters": TEXT_LENGTH_MAX,
        "parts of an expression": NODES_MAX,
        "levels of nesting in an expression": DEPTH_MAX,
        "levels of nesting in a value": NESTING_MAX,
        "steps": STEPS_MAX,
        "values in a result": RESULT_SIZE_MAX,
        "bits of a whole number": INTEGER_BITS_MAX,
        "arguments of `min` and `max`": EXTREME_ARGUMENTS_MAX,
        "digits for `round`": ROUND_DIGITS_MAX,
    }
    assert {row[0]: int(row[1].replace(",", "")) for row in rows(EXPRESSIONS["Limits"])} == limits
    assert re.findall(r"each (\d+) characters", EXPRESSIONS["Limits"]) == [str(CHARACTERS_A_STEP)]


# --- the words ---


def test_the_glossary_is_in_alphabetical_order_and_says_something_of_every_word() -> None:
    words = sections(REFERENCE / "glossary.md", level=3)
    assert list(words) == sorted(words, key=str.lower)
    assert all(text.strip() for text in words.values())


def test_the_glossary_has_every_kind_of_node_and_every_effect() -> None:
    text = (REFERENCE / "glossary.md").read_text(encoding="utf-8").lower()
    kinds = [node.__struct_config__.tag for node in get_args(Node)]
    assert [word for word in [*kinds, *Effect, *Join] if str(word).replace("_", " ") not in text] == []
