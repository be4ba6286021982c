"""What a function declared beside a tool is handed: whichever of the call's arguments it names, the key, resources."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from holdfast.integration.secrets.secret import Secret, reference_to
from holdfast.integration.tools.signature import IdempotencyKey, Signature, parameters_of, provided_type, secret_name
from holdfast.integration.tools.source import source_of
from holdfast.kernel.errors import DefinitionError

KEY = "key"
"""What the parameter that takes the key is called, where it is not annotated."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A function that changes nothing: a tool's probe, its simulation, a check. It may be called at any time."""

    function: Callable[..., Any]
    key: str | None
    """The parameter that takes the key of the call."""
    asked: tuple[str, ...]
    """The parameters that take arguments of the call."""
    provided: Mapping[str, type]
    """Parameters that take a resource of the run, and its type."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Parameters that take a secret, and its name."""

    @property
    def is_async(self) -> bool:
        """Whether it is awaited; otherwise it runs in a thread."""
        return inspect.iscoroutinefunction(self.function)

    @property
    def source(self) -> str:
        """What it is made of: another text once it does something else."""
        return source_of(self.function).decode("utf-8", "replace")

    def values(
        self, arguments: Mapping[str, object], key: str | None, held: Mapping[type, object]
    ) -> dict[str, object]:
        """Return what the function is called with, secrets unresolved. Raises KeyError for a resource not held."""
        values = {name: arguments[name] for name in self.asked}
        if self.key:
            values[self.key] = key
        values.update((name, Secret(reference_to(secret))) for name, secret in self.secrets.items())
        return {**values, **{name: held[resource] for name, resource in self.provided.items()}}


def read_companion(
    function: Callable[..., object], what: str, tool: str, signature: Signature, *beside: str
) -> Companion:
    """Return ``function`` as the ``what`` of a tool; ``beside`` are names that it may take like arguments.

    Raises DefinitionError for a parameter that nothing can fill.
    """
    known = {*beside, *(parameter.name for parameter in signature.parameters)}
    key, asked, provided, secrets = None, list[str](), dict[str, type](), dict[str, str]()
    for name, annotation in parameters_of(function, f"the {what} of {tool}").items():
        resource, secret = provided_type(annotation), secret_name(annotation, tool)
        if annotation is IdempotencyKey or (name == KEY and name not in known):
            key = name
        elif resource is not None:
            provided[name] = resource
        elif secret is not None:
            secrets[name] = secret
        elif name in known:
            asked.append(name)
        else:
            raise DefinitionError(
                f"tool {tool}: its {what} takes {name!r}, which is no argument of the tool (there are: "
                f"{', '.join(sorted(known)) or 'none'}): name an argument, the key, or a provided resource"
            )
    return Companion(function, key, tuple(asked), provided, secrets)
