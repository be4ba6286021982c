"""What a tool is: a typed function, what it does to the world, and its limits."""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from holdfast.integration.tools.checks.declared import Check, definition_of
from holdfast.integration.tools.companion import Companion
from holdfast.integration.tools.declaration import (
    WITHOUT_CONSEQUENCE,
    check_consequence,
    check_key,
    check_limits,
    check_returned,
    check_traffic,
)
from holdfast.integration.tools.personal_fields import is_labelled
from holdfast.integration.tools.private import Private
from holdfast.integration.tools.publisher import Publisher
from holdfast.integration.tools.rate import Rate
from holdfast.integration.tools.resource import Resource
from holdfast.integration.tools.returned import OF_ANYBODY, Returned
from holdfast.integration.tools.schema import Shape, shape_of
from holdfast.integration.tools.shared import Shared
from holdfast.integration.tools.signature import Signature
from holdfast.integration.tools.source import source_of
from holdfast.integration.tools.timing import OF_TIME
from holdfast.integration.tools.variables import Variables
from holdfast.kernel.effects import IRREVERSIBLE, Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest
from holdfast.kernel.outcomes import Fault
from holdfast.kernel.paths import check_name
from holdfast.kernel.retry import Retry

TIMEOUT_SECONDS = 30.0
RESULT_BYTES_MAX = 16_384
ATTEMPTS_MAX = 3
SETTLE_SECONDS = 5.0
KEPT = (Variables, Private, Shared, Publisher)
"""What a call writes when it has succeeded, and never else."""

_json = msgspec.json.Encoder(order="deterministic")


class Source(Protocol):
    """Where tools come from that others define: reached when first needed, closed with the runtime."""

    @property
    def name(self) -> str:
        """What the server is called."""

    async def refusal(self, tool: "Tool") -> Fault | None:
        """Return why ``tool`` cannot be called now; None if it can."""

    def fingerprint(self, tool: "Tool") -> str:
        """Return what changes whenever a call of ``tool`` means something else."""

    async def close(self) -> None:
        """Let go of whatever is open. Whoever needs it again has it opened anew."""


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
    checks: tuple[Check, ...] = ()
    """What must be true of its arguments beyond their types."""
    resource: Resource | None = None
    """What a call acts on: calls that would get into each other's way are made one after the other."""
    rate: Rate | None = None
    """How often it may be called."""
    retry: Retry | None = None
    """How a call that failed in passing is made again; None: only a keyed one whose outcome is lost, at once."""
    has_breaker: bool = False
    """Whether it is not called for a while once many of its calls fail by its own fault."""
    postcondition: Companion | None = None
    """Reads back whether a write has done all that it was to do."""
    permission: str | None = None
    """What its caller must be permitted, as policies name it."""
    ask_when: str | None = None
    """An expression over ``args`` and the circumstances of a call: where it holds, somebody has to say yes."""
    ask_below_confidence: float | None = None
    """Somebody has to say yes where the model's own ``confidence``, an argument of that name, is lower."""
    impact: str | Companion | None = None
    """What is expected to come of a call, or a function that says so: for whoever is asked to say yes to it."""

    returned: Returned = OF_ANYBODY
    """What is said of its results."""
    stated: Shape | None = None
    """Its schemas and checks where they are stated, not read from the function."""
    source: Source | None = None
    """Where it comes from, if it is not ours."""

    def __post_init__(self) -> None:
        check_name(self.name, "tool")
        check_limits(
            self.name,
            timeout_seconds=self.timeout_seconds,
            result_bytes_max=self.result_bytes_max,
            attempts_max=self.attempts_max,
            key_seconds=self.key_seconds,
            settle_seconds=self.settle_seconds,
        )
        check_key(
            self.name,
            self.effect,
            takes_key=self.signature.key is not None,
            has_probe=self.probe is not None,
            has_key_seconds=self.key_seconds is not None,
        )
        check_consequence(
            self.name,
            self.effect,
            keeps=next((kind.__name__ for kind in KEPT if kind in self.requires), ""),
            has_simulation=self.simulate is not None,
            has_undo=self.undo is not None,
            has_postcondition=self.postcondition is not None,
        )
        check_traffic(self.name, self.rate, self.retry)
        check_returned(self.name, self.returned)
        if Shared in self.requires and not self.is_async:
            raise DefinitionError(f"tool {self.name}: takes Shared, which is awaited: write it as 'async def'")

    @property
    def description(self) -> str:
        """What the model is told that it does."""
        return self.signature.description

    @property
    def requires(self) -> frozenset[type]:
        """The resources that a run must hold for it to be called."""
        own = (kind for kind in self.signature.provided.values() if kind not in OF_TIME)
        return frozenset((*own, *(kind for each in self._companions() for kind in each.provided.values())))

    @property
    def reversibility(self) -> str | None:
        """The name of the tool that undoes it, or IRREVERSIBLE; None if it changes nothing."""
        if self.effect in WITHOUT_CONSEQUENCE:
            return None
        return self.undo.name if self.undo else IRREVERSIBLE

    @functools.cached_property
    def is_async(self) -> bool:
        """Whether it is awaited; otherwise it runs in a thread."""
        return inspect.iscoroutinefunction(self.function)

    @functools.cached_property
    def of_time(self) -> Mapping[str, type]:
        """The parameters that are handed what a call may ask of its time."""
        return {name: kind for name, kind in self.signature.provided.items() if kind in OF_TIME}

    @functools.cached_property
    def shape(self) -> Shape:
        """Its schemas and checks. Raises DefinitionError for types that have no JSON Schema."""
        return self.stated or shape_of(self.signature, self.name)

    @property
    def parameters(self) -> dict[str, object]:
        """JSON Schema of its arguments, without what is injected."""
        return self.shape.parameters

    @property
    def server(self) -> str | None:
        """The name of the server that offers it; None if it is ours."""
        return None if self.source is None else self.source.name

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
        origin = () if self.source is None else (self.source.fingerprint(self).encode(),)
        return digest(
            _json.encode(declared),
            source_of(self.function),
            *_on_doubt(self),
            *_on_care(self),
            *_on_secrets(self),
            *origin,
        )

    def _companions(self) -> Iterator[Companion]:
        for each in (self.probe, self.simulate, self.postcondition):
            if each is not None:
                yield each
        for check in self.checks:
            if (asked := check.asked) is not None:
                yield asked


def _on_doubt(tool: Tool) -> tuple[bytes, ...]:
    """Return what is declared for a lost outcome, nothing if nothing is: what had no such thing keeps its hash."""
    if tool.probe is None and tool.key_seconds is None and tool.settle_seconds == SETTLE_SECONDS:
        return ()
    probe = source_of(tool.probe.function) if tool.probe else b""
    return (probe, _json.encode((tool.key_seconds, tool.settle_seconds)))


def _on_care(tool: Tool) -> tuple[bytes, ...]:
    """Return what is declared of how calls are checked, spaced and read back, nothing if nothing is: likewise."""
    declared = {
        "checks": [definition_of(check) for check in tool.checks],
        "resource": tool.resource.definition if tool.resource else None,
        "rate": tool.rate,
        "retry": tool.retry,
        "breaker": tool.has_breaker,
        "postcondition": tool.postcondition.source if tool.postcondition else None,
    }
    return (_json.encode(declared),) if any(declared.values()) else ()


def _on_secrets(tool: Tool) -> tuple[bytes, ...]:
    """Return which secrets it takes and what is said of its results; nothing if that is as for most."""
    secrets = sorted(tool.signature.secrets.items())
    return (_json.encode((secrets, tool.returned)),) if secrets or tool.returned != OF_ANYBODY else ()
