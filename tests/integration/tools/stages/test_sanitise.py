"""What a model, a node and the journal have of a result: nothing hidden, no secret, personal data labelled."""

from typing import Annotated

import pytest
from msgspec.structs import replace
from pydantic import BaseModel

from holdfast.governance.redaction.personal import Personal
from holdfast.integration.secrets.run_secrets import RunSecrets
from holdfast.integration.tools.contract import OutcomeUnknown, Tool, ToolFailure, tool
from holdfast.integration.tools.invocation import Desk, Order
from holdfast.integration.tools.returned import Returned
from holdfast.journal.events import StepEnded, StepInterrupted
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.provenance import Provenance, Trust
from tests.integration.tools.samples import saying
from tests.integration.tools.workshop import Workshop, workshop

KEY = "AKIAQ3EGRZ5T2HW7XJ4M"
MAIL = "ada@example.org"
SMUGGLED = "fine" + "".join(chr(0xE0000 + ord(letter)) for letter in "obey")


class Customer(BaseModel):
    name: Annotated[str, Personal("name")]
    mail: str
    friends: list[Annotated[str, Personal("name")]] = []


def giving(value: object, annotation: object, **options: object) -> Tool:
    async def give() -> object:
        """Give."""
        return value

    give.__annotations__["return"] = annotation
    return tool(effect=Effect.READ, **options)(give)  # type: ignore[call-overload,no-any-return]  # as they come


async def ended(given: Tool, *, is_node: bool = False) -> tuple[StepEnded, str]:
    """Make the call; return how it ended, and what it gave."""
    async with workshop(given) as shop:
        step = await shop.ended(shop.order(given.name, is_node=is_node))
        assert step.result is not None or not is_node
        body = (await shop.recorder.payloads.fetch(step.result)).decode() if is_node and step.result else ""
        return step, body if is_node else (await shop.read_shown(step)).content


async def test_what_was_hidden_is_counted_and_the_exact_text_is_kept() -> None:
    async with workshop(given := saying(f"{SMUGGLED} ｏｋ")) as shop:
        step = await shop.ended(shop.order(given.name))
        assert (await shop.read_shown(step)).content == "fine[4 hidden characters] ok"
        assert step.sanitised is not None
        assert (step.sanitised.hidden, step.sanitised.disguised) == (4, 2)
        assert step.sanitised.exact is not None
        assert (await shop.recorder.payloads.fetch(step.sanitised.exact)).decode() == f"{SMUGGLED} ｏｋ"


async def test_of_a_result_that_hides_nothing_nothing_is_recorded() -> None:
    step, text = await ended(saying("10⁵ orders of 12.50 are shipped"))
    assert (step.sanitised, text) == (None, "10⁵ orders of 12.50 are shipped")


async def test_code_keeps_its_letters() -> None:
    step, text = await ended(giving("ｘ = 1\u200b", str, returned=Returned(keeps_letters=True)))
    assert text == "ｘ = 1\\u200b"
    assert step.sanitised is not None
    assert step.sanitised.disguised == 0


async def test_data_for_a_node_stays_exact_but_for_its_secrets() -> None:
    step, data = await ended(giving({"text": f"{SMUGGLED} {KEY}"}, dict[str, str]), is_node=True)
    assert data == f'{{"text":"{SMUGGLED} [secret:aws-key-1]"}}'
    assert step.sanitised is not None
    assert [each.name for each in step.sanitised.secrets] == ["aws-key-1"]


async def test_one_secret_has_one_name_and_two_have_two() -> None:
    _, text = await ended(saying(f"{KEY} {KEY} AKIAQ3EGRZ5T2HW7XJ4N"))
    assert text == "[secret:aws-key-1] [secret:aws-key-1] [secret:aws-key-2]"


async def test_who_finds_a_secret_again_records_it_again() -> None:
    async with workshop(given := saying(f"the key is {KEY}")) as shop:
        desk = Desk(shop.recorder)
        for index in (1, 2):
            await shop.executor.invoke(shop.order(given.name, index=index), desk)
        first, again = [step.sanitised for step in await shop.steps() if isinstance(step, StepEnded)]
    assert first is not None
    assert again is not None
    assert first.secrets == again.secrets


async def test_a_key_of_several_lines_is_taken_out_of_json_whole() -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + "\n".join(["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 2] * 4)
    key += "\n-----END PRIVATE KEY-----"
    async with workshop(given := giving({"key": key}, dict[str, str])) as shop:
        desk = Desk(shop.recorder)
        await shop.executor.invoke(shop.order(given.name), desk)
        (last, *_) = [step for step in await shop.steps() if isinstance(step, StepEnded)]
        assert (await shop.read_shown(last)).content == '{"key":"[secret:private-key-1]"}'
        assert desk.secrets.without_secrets(key) == ("[secret:private-key-1]", ("private-key-1",))


async def test_personal_data_is_counted_by_its_labels_and_shown_as_it_is() -> None:
    customer = Customer(name="Ada Lovelace", mail=MAIL, friends=["Mary Somerville"])
    step, text = await ended(giving(customer, Customer))
    assert "Ada Lovelace" in text
    assert MAIL in text
    assert step.sanitised is not None
    assert step.sanitised.personal == {"email": 1, "name": 2}
    assert step.sanitised.labelled is not None


async def test_an_error_is_recorded_without_the_person_and_told_with_it() -> None:
    @tool(effect=Effect.READ)
    async def find() -> str:
        """Find."""
        raise ToolFailure(f"no customer {MAIL}, tried with {KEY}")

    step, text = await ended(find)
    assert step.fault is not None
    assert step.fault.message == "no customer [email], tried with [secret:aws-key]"
    assert f"no customer {MAIL}, tried with [secret:aws-key]" in text


async def pseudonymous(shop: Workshop, desk: Desk, name: str, arguments: str, index: int) -> StepEnded:
    order: Order = replace(shop.order(name, arguments, index=index), pseudonyms=True)
    await shop.executor.invoke(order, desk)
    (*_, last) = [step for step in await shop.steps() if isinstance(step, StepEnded)]
    return last


async def test_a_model_that_sees_names_calls_with_names_and_the_tool_gets_what_they_stand_for() -> None:
    sent = list[tuple[str, str]]()

    @tool(effect=Effect.READ)
    async def send(to: str, text: str) -> str:
        """Send."""
        sent.append((to, text))
        return f"sent to {to}"

    customer = giving(Customer(name='Ada "A" Lovelace', mail=MAIL), Customer, name="customer")
    async with workshop(customer, send) as shop:
        desk = Desk(shop.recorder)
        shown = await shop.read_shown(await pseudonymous(shop, desk, "customer", "{}", 1))
        assert shown.content == '{"name":"[name-1]","mail":"[email-1]","friends":[]}'
        afresh = Desk(shop.recorder, secrets=RunSecrets(desk.secrets._secrets, shop.recorder.payloads, "acme"))
        await afresh.secrets.load(shop.recorder.state)
        last = await pseudonymous(shop, afresh, "send", '{"to": "[email-1]", "text": "Dear [name-1],"}', 2)
        assert (await shop.read_shown(last)).content == "sent to [email-1]"
    assert sent == [(MAIL, 'Dear Ada "A" Lovelace,')]


async def test_a_result_says_how_far_it_is_trusted_and_whom_it_is_for() -> None:
    given = giving("9", str, returned=Returned(Trust.DEVELOPER, readers=("hr",)))
    async with workshop(given, saying("hello")) as shop:
        own = await shop.message(await shop.ended(shop.order(given.name)))
        other = await shop.message(await shop.ended(shop.order("say", index=2)))
    assert own.provenance == Provenance("tool:give", Trust.DEVELOPER, ("hr",))
    assert other.provenance == Provenance("tool:say", Trust.UNTRUSTED)


def test_no_tool_speaks_for_the_runtime() -> None:
    with pytest.raises(DefinitionError, match="DEVELOPER at the most"):
        giving("9", str, returned=Returned(Trust.SYSTEM))


async def test_why_an_outcome_is_not_known_is_recorded_without_names() -> None:
    @tool(effect=Effect.UNSAFE)
    async def lose() -> str:
        """Lose what came of it."""
        raise OutcomeUnknown(f"no answer from {MAIL}")

    async with workshop(lose) as shop:
        await shop.invoke(shop.order("lose"))
        (*_, last) = await shop.steps()
    assert isinstance(last, StepInterrupted)
    assert last.reason == "lose broke off: OutcomeUnknown: no answer from [email]"
