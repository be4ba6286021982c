"""What a tool is: a typed function, what it does to the world, and its limits."""

import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, overload

import msgspec

from holdfast.integration.tools.companion import Companion, read_companion
from holdfast.integration.tools.personal_fields import is_labelled
from holdfast.integration.tools.returned import OF_ANYBODY, Returned
from holdfast.integration.tools.schema import Shape, shape_of
from holdfast.integration.tools.signature import IdempotencyKey, Provided, Signature, read_signature
from holdfast.integration.tools.source import source_of
from holdfast.integration.tools.variables import Variables
from holdfast.kernel.effects import IRREVERSIBLE, Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest
from holdfast.kernel.paths import check_name
from holdfast.kernel.provenance import Trust

__all__ = ["IdempotencyKey", "OutcomeUnknown", "Provided", "Tool", "ToolFailure", "tool"]

TIMEOUT_SECONDS = 30.0
RESULT_BYTES_MAX = 16_384
RESULT_BYTES_LEAST = 1_024
ATTEMPTS_MAX = 3
SETTLE_SECONDS = 5.0

_KEYED = (Effect.KEYED, Effect.TRANSACTIONAL)
_WITHOUT_CONSEQUENCE = (Effect.PURE, Effect.READ)

_json = msgspec.json.Encoder(order="deterministic")


class ToolFailure(Exception):
    """Raised by a tool's author: the call failed, for certain, and the model is to know why.

    From KEYED on it says that nothing was done; whoever cannot know that raises OutcomeUnknown.
    """

    def __init__(self, message: str, *, retryable: bool = False, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.retryable, self.hint = message, retryable, hint


class OutcomeUnknown(Exception):
    """Raised by a tool's author: the request was sent, and what became of it is not known."""


# Not slotted: what is derived from the definition is derived once, when first asked for, and kept beside it.
@dataclass(frozen=True, eq=False)
class Tool:
    """A typed function that a model may call. Made by ``tool``; two tools are the same only if they are one."""

    function: Callable[..., Any]
    """The plain function: call it to test it."""
    name: str
    signature: Signature
    effect: Effect = Effect.UNSAFE
    undo: "Tool | None" = None
    """The tool that undoes it."""
    timeout_seconds: float = TIMEOUT_SECONDS
    result_bytes_max: int = RESULT_BYTES_MAX
    """The most of a result that the model is shown at once; a longer one is kept, to be paged and searched."""
    attempts_max: int = ATTEMPTS_MAX
    """How often a keyed call is sent while its outcome stays unknown."""
    probe: Companion | None = None
    """Looks what became of a call."""
    key_seconds: float | None = None
    """How long the other side knows a key; None: for good."""
    settle_seconds: float = SETTLE_SECONDS
    """How long after its time is up a call may still arrive at the other side."""
    simulate: Companion | None = None
    """Makes up what a call would return, in a fork that sends none."""
    returned: Returned = OF_ANYBODY
    """What is said of its results."""

    def __post_init__(self) -> None:
        check_name(self.name, "tool")
        _check_limits(self)
        _check_effect(self)

    @property
    def description(self) -> str:
        """What the model is told that it does."""
        return self.signature.description

    @property
    def requires(self) -> frozenset[type]:
        """The resources that a run must hold for it to be called."""
        beside = [each.provided.values() for each in (self.probe, self.simulate) if each is not None]
        return frozenset((*self.signature.provided.values(), *(needed for each in beside for needed in each)))

    @property
    def reversibility(self) -> str | None:
        """The name of the tool that undoes it, or IRREVERSIBLE; None if it changes nothing."""
        if self.effect in _WITHOUT_CONSEQUENCE:
            return None
        return self.undo.name if self.undo else IRREVERSIBLE

    @functools.cached_property
    def is_async(self) -> bool:
        """Whether it is awaited; otherwise it runs in a thread."""
        return inspect.iscoroutinefunction(self.function)

    @functools.cached_property
    def shape(self) -> Shape:
        """Its schemas and checks. Raises DefinitionError for types that have no JSON Schema."""
        return shape_of(self.signature, self.name)

    @property
    def parameters(self) -> dict[str, object]:
        """JSON Schema of its arguments, without what is injected."""
        return self.shape.parameters

    @functools.cached_property
    def named_secrets(self) -> frozenset[str]:
        """The parameters for which the model names a secret that it was shown a reference to."""
        return self.signature.named_secrets

    @functools.cached_property
    def labels_results(self) -> bool:
        """Whether its result type says what in it is of a person."""
        return is_labelled(self.shape.result)

    @functools.cached_property
    def content_hash(self) -> str:
        """Changes whenever the definition does: what the model is told, what is declared, the function's source.

        A simulation is no part of it: it decides nothing about a run in earnest, and may be added to one in flight.
        """
        declared = (
            self.name,
            self.description,
            self.shape.parameters,
            self.shape.result,
            self.effect,
            self.reversibility,
            self.timeout_seconds,
            self.result_bytes_max,
            self.attempts_max,
        )
        return digest(_json.encode(declared), source_of(self.function), *_on_doubt(self), *_on_secrets(self))


@overload
def tool(function: Callable[..., object], /) -> Tool: ...


@overload
def tool(
    *,
    effect: Effect = Effect.UNSAFE,
    undo: Tool | None = None,
    name: str | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    result_bytes_max: int = RESULT_BYTES_MAX,
    attempts_max: int = ATTEMPTS_MAX,
    probe: Callable[..., object] | None = None,
    key_seconds: float | None = None,
    settle_seconds: float = SETTLE_SECONDS,
    simulate: Callable[..., object] | None = None,
    returned: Returned = OF_ANYBODY,
) -> Callable[[Callable[..., object]], Tool]: ...


def tool(
    function: Callable[..., object] | None = None,
    /,
    *,
    effect: Effect = Effect.UNSAFE,
    undo: Tool | None = None,
    name: str | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    result_bytes_max: int = RESULT_BYTES_MAX,
    attempts_max: int = ATTEMPTS_MAX,
    probe: Callable[..., object] | None = None,
    key_seconds: float | None = None,
    settle_seconds: float = SETTLE_SECONDS,
    simulate: Callable[..., object] | None = None,
    returned: Returned = OF_ANYBODY,
) -> Tool | Callable[[Callable[..., object]], Tool]:
    """Turn a typed function into a Tool. Raises DefinitionError where the declaration does not hold together.

    The docstring is the description, with parameters in an ``Args:`` section or as ``Annotated[..., Field(...)]``; the
    annotations are the schemas. A function that is not ``async`` runs in a thread, which nothing can stop: past its
    time it is left to finish, and what it returns is dropped. What it is provided with must bear several threads.

    ``probe`` looks what became of a call whose outcome is lost: it is handed the key and whichever of the arguments it
    names, changes nothing, and returns Happened, DidNot or Unknown. ``simulate`` is handed the same, changes nothing
    either, and returns what the tool would: a fork that is not live calls it in the tool's place. ``returned`` says how
    far its results are trusted, and whom they are for.
    """

    def make(function: Callable[..., object]) -> Tool:
        called = check_name(name or function.__name__, "tool")
        signature = read_signature(function, called)
        return Tool(
            function,
            called,
            signature,
            effect,
            undo,
            timeout_seconds,
            result_bytes_max,
            attempts_max,
            None if probe is None else read_companion(probe, "probe", called, signature),
            key_seconds,
            settle_seconds,
            None if simulate is None else read_companion(simulate, "simulation", called, signature),
            returned,
        )

    return make if function is None else make(function)


def _check_limits(tool: Tool) -> None:
    if not (math.isfinite(tool.timeout_seconds) and tool.timeout_seconds > 0):
        raise DefinitionError(f"tool {tool.name}: expected timeout_seconds above 0, found {tool.timeout_seconds}")
    if tool.result_bytes_max < RESULT_BYTES_LEAST:
        raise DefinitionError(
            f"tool {tool.name}: expected result_bytes_max from {RESULT_BYTES_LEAST}, found {tool.result_bytes_max}"
        )
    if tool.returned.trust > Trust.DEVELOPER:
        raise DefinitionError(
            f"tool {tool.name}: expected trust of DEVELOPER at the most, found {tool.returned.trust.name}"
        )
    if tool.attempts_max < 1:
        raise DefinitionError(f"tool {tool.name}: expected attempts_max from 1, found {tool.attempts_max}")
    if tool.key_seconds is not None and not (math.isfinite(tool.key_seconds) and tool.key_seconds > 0):
        raise DefinitionError(f"tool {tool.name}: expected key_seconds above 0, found {tool.key_seconds}")
    if not (math.isfinite(tool.settle_seconds) and tool.settle_seconds >= 0):
        raise DefinitionError(f"tool {tool.name}: expected settle_seconds from 0, found {tool.settle_seconds}")


def _check_effect(tool: Tool) -> None:
    if tool.signature.key and tool.effect not in _KEYED:
        raise DefinitionError(
            f"tool {tool.name}: takes an IdempotencyKey and is declared {tool.effect}: declare Effect.KEYED if the key "
            "makes it safe to send twice, Effect.TRANSACTIONAL if it leaves a marker, or drop the parameter"
        )
    if tool.effect is Effect.KEYED and not tool.signature.key:
        raise DefinitionError(
            f"tool {tool.name}: is declared keyed and takes no key: add '*, key: IdempotencyKey' and send it along"
        )
    if tool.effect is Effect.TRANSACTIONAL and tool.probe is None:
        raise DefinitionError(
            f"tool {tool.name}: is declared transactional and has no probe: add 'probe=' with a function that looks "
            "for the marker, or declare Effect.UNSAFE if there is nothing to look for"
        )
    if tool.effect not in _KEYED and (tool.probe or tool.key_seconds is not None):
        raise DefinitionError(
            f"tool {tool.name}: is declared {tool.effect}, which has no key to look by: drop probe and key_seconds, or "
            "declare Effect.KEYED or Effect.TRANSACTIONAL"
        )
    if Variables in tool.requires and tool.effect not in _WITHOUT_CONSEQUENCE:
        raise DefinitionError(
            f"tool {tool.name}: is declared {tool.effect} and takes Variables: a call that writes them may be made "
            "again, so it may change nothing else: return the result, and put it into a variable in a pure function"
        )
    if tool.simulate and tool.effect in _WITHOUT_CONSEQUENCE:
        raise DefinitionError(
            f"tool {tool.name}: is declared {tool.effect} and has a simulation: a fork calls it as it is, drop simulate"
        )
    if tool.undo and tool.effect in _WITHOUT_CONSEQUENCE:
        raise DefinitionError(f"tool {tool.name}: is declared {tool.effect}, so there is nothing to undo: drop undo")


def _on_doubt(tool: Tool) -> tuple[bytes, ...]:
    """Return what is declared for a lost outcome, nothing if nothing is: what had no such thing keeps its hash."""
    if tool.probe is None and tool.key_seconds is None and tool.settle_seconds == SETTLE_SECONDS:
        return ()
    probe = source_of(tool.probe.function) if tool.probe else b""
    return (probe, _json.encode((tool.key_seconds, tool.settle_seconds)))


def _on_secrets(tool: Tool) -> tuple[bytes, ...]:
    """Return which secrets it takes and what is said of its results; nothing if that is as for most."""
    secrets = sorted(tool.signature.secrets.items())
    return (_json.encode((secrets, tool.returned)),) if secrets or tool.returned != OF_ANYBODY else ()
