"""What an author writes to make a tool: ``@tool``, what can be declared with it, and what a tool may raise."""

from collections.abc import Callable, Sequence
from typing import TypedDict, Unpack, overload

from holdfast.integration.tools.checks.declared import Declarable, read_checks
from holdfast.integration.tools.companion import Companion, read_companion
from holdfast.integration.tools.definition import (
    ATTEMPTS_MAX,
    RESULT_BYTES_MAX,
    SETTLE_SECONDS,
    TIMEOUT_SECONDS,
    Source,
    Tool,
)
from holdfast.integration.tools.failures import OutcomeUnknown, ToolFailure
from holdfast.integration.tools.postcondition import RESULT
from holdfast.integration.tools.rate import Rate
from holdfast.integration.tools.resource import read_resource
from holdfast.integration.tools.returned import OF_ANYBODY, Returned
from holdfast.integration.tools.schema import Shape
from holdfast.integration.tools.signature import IdempotencyKey, Provided, Signature, read_signature
from holdfast.kernel.effects import Effect
from holdfast.kernel.paths import check_name
from holdfast.kernel.retry import Retry

__all__ = ["IdempotencyKey", "OutcomeUnknown", "Provided", "Tool", "ToolFailure", "tool"]


class Declared(TypedDict, total=False):
    """What may be declared of a tool. See ``docs/reference/tools.md``."""

    effect: Effect
    undo: Tool | None
    name: str | None
    timeout_seconds: float
    result_bytes_max: int
    attempts_max: int
    probe: Callable[..., object] | None
    key_seconds: float | None
    settle_seconds: float
    simulate: Callable[..., object] | None
    checks: Sequence[Declarable]
    resource: str | Callable[..., object] | None
    rate: Rate | None
    retry: Retry | None
    has_breaker: bool
    postcondition: Callable[..., object] | None
    permission: str | None
    ask_when: str | None
    ask_below_confidence: float | None
    impact: str | Callable[..., object] | None
    returned: Returned


@overload
def tool(function: Callable[..., object], /) -> Tool: ...


@overload
def tool(**declared: Unpack[Declared]) -> Callable[[Callable[..., object]], Tool]: ...


def tool(
    function: Callable[..., object] | None = None, /, **declared: Unpack[Declared]
) -> Tool | Callable[[Callable[..., object]], Tool]:
    """Turn a typed function into a Tool. Raises DefinitionError where the declaration does not hold together.

    The docstring is the description, with parameters in an ``Args:`` section or as ``Annotated[..., Field(...)]``; the
    annotations are the schemas. A function that is not ``async`` runs in a thread, which nothing can stop: past its
    time it is left to finish, and what it returns is dropped. What it is provided with must bear several threads.

    ``probe`` looks what became of a call whose outcome is lost: it is handed the key and whichever of the arguments it
    names, changes nothing, and returns Happened, DidNot or Unknown. ``simulate`` is handed the same, changes nothing
    either, and returns what the tool would: a fork that is not live calls it in the tool's place. ``postcondition`` is
    handed the ``result`` too and returns Complete, Partial or Missing. Each of ``checks`` names arguments, and returns
    None or an Objection. ``impact`` is a text, or is handed the same as ``probe`` and returns one: what is expected to
    come of a call, for whoever is to approve it. ``returned`` says how far its results are trusted, and whom they are
    for.
    """

    def make(function: Callable[..., object]) -> Tool:
        called = check_name(declared.get("name") or function.__name__, "tool")
        return declared_tool(function, called, read_signature(function, called), declared)

    return make if function is None else make(function)


def declared_tool(
    function: Callable[..., object],
    called: str,
    signature: Signature,
    declared: Declared,
    stated: Shape | None = None,
    source: Source | None = None,
) -> Tool:
    """Return the tool of which ``declared`` is said, whoever states its shape. Raises DefinitionError."""
    resource = declared.get("resource")
    return Tool(
        function,
        called,
        signature,
        declared.get("effect", Effect.UNSAFE),
        declared.get("undo"),
        declared.get("timeout_seconds", TIMEOUT_SECONDS),
        declared.get("result_bytes_max", RESULT_BYTES_MAX),
        declared.get("attempts_max", ATTEMPTS_MAX),
        _companion(declared.get("probe"), "probe", called, signature),
        declared.get("key_seconds"),
        declared.get("settle_seconds", SETTLE_SECONDS),
        _companion(declared.get("simulate"), "simulation", called, signature),
        read_checks(declared.get("checks", ()), called, signature),
        None if resource is None else read_resource(resource, called, signature),
        declared.get("rate"),
        declared.get("retry"),
        declared.get("has_breaker", False),
        _companion(declared.get("postcondition"), "postcondition", called, signature, RESULT),
        declared.get("permission"),
        declared.get("ask_when"),
        declared.get("ask_below_confidence"),
        _impact(declared.get("impact"), called, signature),
        returned=declared.get("returned", OF_ANYBODY),
        stated=stated,
        source=source,
    )


def _companion(
    function: Callable[..., object] | None, what: str, tool: str, signature: Signature, *beside: str
) -> Companion | None:
    return None if function is None else read_companion(function, what, tool, signature, *beside)


def _impact(declared: str | Callable[..., object] | None, tool: str, signature: Signature) -> str | Companion | None:
    return read_companion(declared, "impact", tool, signature) if callable(declared) else declared
