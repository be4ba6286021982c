"""The page on policies lists what policies can go by, what can stand beside them, and the fields of a case."""

from holdfast.governance.policy.circumstances import CIRCUMSTANCES
from holdfast.governance.policy.declared import ALWAYS_KNOWN
from holdfast.governance.policy.policy import ANNOTATIONS
from holdfast.orchestration.application.policy_cases import Case
from tests.docs.reference import REFERENCE, codes, rows, sections

PAGE = REFERENCE / "policies.md"
TOP, BELOW = sections(PAGE, level=2), sections(PAGE, level=3)


def listed(text: str) -> set[str]:
    return {code for row in rows(text) for code in codes(row[0])}


def test_every_circumstance_is_listed() -> None:
    assert listed(BELOW["Circumstances"]) == set(CIRCUMSTANCES)


def test_every_group_of_actions_is_listed() -> None:
    assert listed(BELOW["Groups of actions"]) == {*ALWAYS_KNOWN, "server:NAME", "permission:NAME"}


def test_every_annotation_is_listed() -> None:
    told = {code.removeprefix("@").partition("(")[0] for code in listed(TOP["What is said beside a policy"])}
    assert told == set(ANNOTATIONS)


def test_every_field_of_a_case_is_listed() -> None:
    assert listed(TOP["Cases"]) == set(Case.__struct_fields__)
