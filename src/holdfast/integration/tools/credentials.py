"""Hands a call the secrets that it needs, each only if it is meant for whoever makes the call."""

from collections.abc import Awaitable

from holdfast.integration.secrets.port import Asker, Granted, Withheld
from holdfast.integration.secrets.secret import REFERENCE, Secret, reference_to
from holdfast.integration.tools.caught import Raised
from holdfast.integration.tools.companion import Companion
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.edge import awaited
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import Desk, Order
from holdfast.kernel.clock import Clock
from holdfast.kernel.outcomes import ErrorKind, Fault

SECRET_SECONDS_MAX = 10.0
"""How long a source of secrets may take."""


async def hand_over(values: dict[str, object], tool: Tool, order: Order, desk: Desk, clock: Clock) -> Fault | None:
    """Put the declared secrets, and those that the model has named, into ``values``; or say why one is withheld."""
    asker = asker_of(tool, order, desk)
    for parameter, name in tool.signature.secrets.items():
        given = await _resolved(desk.secrets.declared(name, asker), name, clock)
        if isinstance(given, Withheld):
            return _refused(tool, name, given)
        values[parameter] = Secret(reference_to(name), given.value)
    for parameter in tool.named_secrets:
        named = values[parameter]
        if not isinstance(named, Secret):
            continue
        name = REFERENCE.sub(r"\1", named.reference)
        given = await _resolved(desk.secrets.referred(name, asker), name, clock)
        if isinstance(given, Withheld):
            return _refused(tool, name, given)
        values[parameter] = Secret(named.reference, given.value)
    return None


async def hand_to_probe(
    values: dict[str, object], asked: Companion, tool: Tool, order: Order, desk: Desk, clock: Clock
) -> Fault | None:
    """Put the secrets that a probe declares into ``values``; or say why one is withheld."""
    asker = asker_of(tool, order, desk)
    for parameter, name in asked.secrets.items():
        given = await _resolved(desk.secrets.declared(name, asker), name, clock)
        if isinstance(given, Withheld):
            return _refused(tool, name, given)
        values[parameter] = Secret(reference_to(name), given.value)
    return None


def asker_of(tool: Tool, order: Order, desk: Desk) -> Asker:
    """Return for whom the secrets of a call must be meant."""
    return Asker(
        tool=tool.name,
        server=tool.server,
        agent=order.agent,
        user=order.user,
        tenant=order.tenant,
        app=desk.recorder.state.app,
    )


async def _resolved(asking: Awaitable[Granted | Withheld], name: str, clock: Clock) -> Granted | Withheld:
    """Return what the source says; one that fails or takes too long has said no."""
    try:
        async with clock.timeout(SECRET_SECONDS_MAX):
            found = await awaited(asking)
    except TimeoutError:
        return Withheld(f"its source gave no answer in {SECRET_SECONDS_MAX:g} seconds")
    if isinstance(found, Raised):
        return Withheld(f"its source failed with {type(found.error).__name__}")
    return found


def _refused(tool: Tool, name: str, withheld: Withheld) -> Fault:
    message = f"{tool.name} was not called: it needs the secret {name!r}, and {withheld.reason}"
    return fault(ErrorKind.WITHHELD, message, hint="do without it: only whoever runs this can provide the secret")
