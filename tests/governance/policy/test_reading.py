"""Policies that do not fit the app are refused when they are read, by name, with what was probably meant."""

import pytest
from msgspec.structs import replace

from holdfast.governance.policy.deciding import Policies
from holdfast.governance.policy.declared import Source
from holdfast.governance.verdict import Allow
from holdfast.kernel.errors import DefinitionError
from tests.governance.policy.shop import LOOK, SHOP, policies, request

PERMIT = "permit (principal, action == Action::"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PERMIT + '"refnd", resource);', "there is no tool 'refnd': did you mean refund?"),
        (PERMIT + '"all:write", resource);', "there is no tool 'all:write': did you mean all:writes?"),
        ('permit (principal == Agent::"desc", action, resource);', "there is no agent 'desc': did you mean desk?"),
        ('permit (principal, action, resource == App::"shed");', "there is no app 'shed'"),
        (
            PERMIT + '"refund", resource) when { context.args.amuont == decimal("1.0") };',
            "refund has no argument 'amuont': did you mean amount?",
        ),
        (
            PERMIT + '"refund", resource) when { context.args.extra == 1 };',
            "no policy can speak of refund's extra: Cedar has no type for it",
        ),
        (PERMIT + '"refund", resource) when { context.usr == "x" };', "there is no context.usr: did you mean user?"),
        (PERMIT + '"refund", resource) when { context.args.amount > 1 };', "expected Long but saw decimal"),
        (PERMIT + '"refund", resource) when { context.args.note == "x" };', "optional attribute `args.note`"),
        (PERMIT + '"refund", resource)', "expected policies in Cedar"),
        ("permit (principal == ?principal, action, resource);", "found a template"),
        (
            '@id("a") permit (principal, action, resource);@id("a") forbid (principal, action, resource);',
            "found 'a' in",
        ),
        ('@verdit("ask") permit (principal, action, resource);', "found @verdit"),
        ('@verdict("maybe") permit (principal, action, resource);', "found 'maybe'"),
        ('@verdict("ask") forbid (principal, action, resource);', "no @verdict on a forbid"),
        ('@roles("boss") permit (principal, action, resource);', "found it alone"),
        ('@verdict("ask") @approvals("0") permit (principal, action, resource);', "whole number from 1, found '0'"),
        ('@verdict("ask") @of("them") permit (principal, action, resource);', "operator or user, found 'them'"),
    ],
)
def test_what_does_not_fit_is_named(text: str, told: str) -> None:
    with pytest.raises(DefinitionError) as found:
        policies(text)
    assert told in str(found.value)


def test_the_message_names_the_file_and_the_policy() -> None:
    with pytest.raises(DefinitionError, match=r"^shop.cedar does not fit shop: typo: there is no tool 'lok'"):
        policies('@id("typo") permit (principal, action == Action::"lok", resource);')


def test_a_policy_without_an_id_is_called_by_its_place() -> None:
    decides = policies('forbid (principal == Agent::"clerk", action, resource); permit (principal, action, resource);')
    assert decides.decide(request(LOOK)) == Allow(("shop.cedar#2",))


def test_what_one_file_says_another_may_not_call_the_same() -> None:
    same = Source("other.cedar", '@id("granted") permit (principal, action, resource);')
    with pytest.raises(DefinitionError, match=r"'granted' in shop.cedar and other.cedar"):
        Policies(SHOP, (replace(same, name="shop.cedar"), same))


def test_a_file_of_comments_denies_everything() -> None:
    assert not isinstance(policies("// nothing yet").decide(request(LOOK)), Allow)
