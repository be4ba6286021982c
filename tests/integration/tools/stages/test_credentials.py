"""A secret reaches the tool it is for, or the call is not made."""

import asyncio
from typing import Annotated

import pytest
from msgspec.structs import replace

from holdfast.integration.secrets.book import Secrets
from holdfast.integration.secrets.grants import Grant
from holdfast.integration.secrets.memory import MemoryVault
from holdfast.integration.secrets.port import Asker
from holdfast.integration.secrets.run_secrets import RunSecrets
from holdfast.integration.secrets.secret import Secret
from holdfast.integration.tools.contract import IdempotencyKey, Tool, tool
from holdfast.integration.tools.credentials import SECRET_SECONDS_MAX
from holdfast.integration.tools.doubts import probe
from holdfast.integration.tools.invocation import Desk
from holdfast.integration.tools.probe import Answer, Happened
from holdfast.integration.tools.registry import Registry
from holdfast.journal.events import StepEnded, StepIntended, StepInterrupted, StepRetried
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from tests.integration.tools.workshop import Workshop, workshop

VALUE = "v4lu3-of-the-secret"
used: list[str] = []


async def look(key: str, *, api: Annotated[Secret, "secret://api"]) -> Answer:
    used.append(f"probed {key} with {api.reveal()}")
    return Happened(None)


@tool(effect=Effect.KEYED, probe=look)
async def charge(amount: int, *, key: IdempotencyKey, api: Annotated[Secret, "secret://api"]) -> str:
    """Charge."""
    used.append(api.reveal())
    return f"charged {amount} with {api.reveal()}"


@tool(effect=Effect.READ)
async def fetch(page: str, token: Secret | None = None) -> str:
    """Fetch."""
    used.append("" if token is None else token.reveal())
    return page


async def ended(shop: Workshop, vault: MemoryVault, name: str, arguments: str, **who: str) -> StepEnded:
    used.clear()
    desk = Desk(shop.recorder, secrets=RunSecrets(Secrets([vault]), shop.recorder.payloads, "acme"))
    await shop.executor.invoke(replace(shop.order(name, arguments), **who), desk)
    (*_, last) = [step for step in await shop.steps() if isinstance(step, StepEnded)]
    return last


def vault_with(*grants: Grant) -> MemoryVault:
    vault = MemoryVault()
    vault.put("api", *grants)
    return vault


def test_the_model_is_not_asked_for_a_secret_that_is_declared() -> None:
    assert set(charge.parameters["properties"]) == {"amount"}  # type: ignore[call-overload]  # it is a mapping
    (schema,) = [each for each in Registry([fetch]).schemas({"fetch"}) if each.name == "fetch"]
    assert "[secret:NAME]" in str(schema.parameters)


async def test_the_tool_is_handed_the_value_and_the_model_its_reference() -> None:
    async with workshop(charge) as shop:
        vault = vault_with(Grant(value=VALUE, tools=("charge",), agents=("desk",), users=("ada",)))
        step = await ended(shop, vault, "charge", '{"amount": 5}', agent="desk", user="ada")
        assert (await shop.read_shown(step)).content == "charged 5 with [secret:api]"
    assert used == [VALUE]
    asker = Asker(tool="charge", agent="desk", user="ada", tenant="acme", app="shop")
    assert vault.asked == [("api", asker)]


@pytest.mark.parametrize(
    ("grant", "told"),
    [
        (Grant(value=VALUE, tools=("other",)), "not for tool 'charge'"),
        (Grant(value=VALUE, agents=("other",)), "not for agent 'desk'"),
        (Grant(value=VALUE, users=("other",)), "not for user 'ada'"),
        (Grant(value=VALUE, tenants=("other",)), "not for tenant 'acme'"),
        (Grant(value=VALUE, apps=("other",)), "not for app 'shop'"),
        (Grant(value=VALUE, servers=("crm",)), "not for server None"),
    ],
)
async def test_a_secret_for_others_stops_the_call_before_anything_is_sent(grant: Grant, told: str) -> None:
    async with workshop(charge) as shop:
        step = await ended(shop, vault_with(grant), "charge", '{"amount": 5}', agent="desk", user="ada")
        steps = await shop.steps()
    assert (step.outcome, step.stage) == (Outcome.REFUSED, "credentials")
    assert step.fault is not None
    assert step.fault.kind is ErrorKind.WITHHELD
    assert told in step.fault.message
    assert not [each for each in steps if isinstance(each, StepIntended)]
    assert used == []


async def test_a_vault_that_fails_or_has_none_stops_the_call() -> None:
    async with workshop(charge) as shop:
        vault = MemoryVault()
        missing = await ended(shop, vault, "charge", '{"amount": 5}')
        vault.trouble = ConnectionError(f"token {VALUE} is refused")
        broken = await ended(shop, vault, "charge", '{"amount": 5}')
    assert missing.fault is not None
    assert "no source of secrets has one" in missing.fault.message
    assert broken.fault is not None
    assert "failed with ConnectionError" in broken.fault.message
    assert VALUE not in broken.fault.message
    assert used == []


async def test_a_vault_that_does_not_answer_is_not_waited_for() -> None:
    class Slow(MemoryVault):
        async def find(self, name: str, asker: Asker) -> None:
            await asyncio.Event().wait()

    async with workshop(charge) as shop:
        calling = asyncio.create_task(ended(shop, Slow(), "charge", '{"amount": 5}'))
        await shop.clock.advance(SECRET_SECONDS_MAX)
        step = await calling
    assert step.fault is not None
    assert "gave no answer in 10 seconds" in step.fault.message


async def test_a_model_may_name_only_what_is_kept_for_just_this_tool() -> None:
    async with workshop(fetch) as shop:
        named, anybody = vault_with(Grant(value=VALUE, tools=("fetch",))), vault_with(Grant(value=VALUE))
        call = '{"page": "1", "token": "[secret:api]"}'
        assert (await ended(shop, named, "fetch", call)).outcome is Outcome.SUCCEEDED
        assert used == [VALUE]
        refused = await ended(shop, anybody, "fetch", call)
        assert refused.fault is not None
        assert "does not name fetch" in refused.fault.message
        assert (await ended(shop, anybody, "fetch", '{"page": "1"}')).outcome is Outcome.SUCCEEDED
        assert used == [""]


async def test_a_reference_goes_into_no_other_parameter_but_may_stand_in_a_text() -> None:
    async with workshop(fetch) as shop:
        vault = vault_with(Grant(value=VALUE))
        refused = await ended(shop, vault, "fetch", '{"page": "[secret:api]"}')
        assert (refused.outcome, refused.stage) == (Outcome.REFUSED, "credentials")
        assert (await ended(shop, vault, "fetch", '{"page": "what is [secret:api]?"}')).outcome is Outcome.SUCCEEDED


async def test_a_value_in_the_place_of_a_reference_is_no_argument() -> None:
    async with workshop(fetch) as shop:
        step = await ended(shop, vault_with(), "fetch", '{"page": "1", "token": "sesame"}')
    assert step.stage == "arguments"


async def test_a_probe_is_handed_its_secret_too() -> None:
    async with workshop(charge) as shop:
        secrets = RunSecrets(Secrets([vault_with(Grant(value=VALUE))]), shop.recorder.payloads, "acme")
        used.clear()
        order = shop.order("charge", '{"amount": 5}')
        answer = await probe(shop.executor, order, "k", Desk(shop.recorder, secrets=secrets), shop.clock)
        assert isinstance(answer, Happened)
    assert used == [f"probed k with {VALUE}"]


def test_a_secret_hidden_in_another_type_or_of_no_name_is_a_wrong_declaration() -> None:
    async def nested(tokens: list[Secret]) -> str:
        """Nest."""
        return ""

    async def nameless(*, token: Annotated[Secret, "secret://Not A Name"]) -> str:
        """Name."""
        return ""

    for function, told in ((nested, "hides an injected type"), (nameless, "a secret's name")):
        with pytest.raises(DefinitionError, match=told):
            tool(effect=Effect.READ)(function)


def test_a_tool_without_secrets_keeps_its_hash() -> None:
    def hashed(given: Tool) -> str:
        return given.content_hash

    assert hashed(fetch) == hashed(fetch)
    assert hashed(charge) != hashed(fetch)


async def test_that_a_secret_is_withheld_now_says_nothing_of_a_call_that_was_sent_before() -> None:
    async with workshop(charge) as shop:
        desk = Desk(shop.recorder, secrets=RunSecrets(Secrets([vault_with()]), shop.recorder.payloads, "acme"))
        for attempt in (2, charge.attempts_max):
            await shop.executor.invoke(shop.order("charge", '{"amount": 5}', attempt=attempt), desk)
        later, lost = await shop.steps()
    assert isinstance(later, StepRetried)
    assert (later.fault.kind, later.is_definite) == (ErrorKind.WITHHELD, False)
    assert isinstance(lost, StepInterrupted)
    assert lost.in_doubt
