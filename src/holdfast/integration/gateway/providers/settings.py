"""What an operator sets for a model beside its name: fields of the request that Holdfast has no word for."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Settings:
    """Laid over each request to one model, as the provider's own documentation names the fields."""

    body: Mapping[str, object] = field(default_factory=dict)
    """Fields of the request body, such as a temperature, a thinking budget, or tools that the provider hosts."""
    tools: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Fields of a tool, by the tool's name."""
    has_tool_calls: bool = True
    """Whether the model makes tool calls of its own; one that does not is held to a JSON Schema of call or reply."""
    caches_prompt: bool = True
    """Whether a provider that must be told where to cache a prompt is told; others cache by themselves, or not."""
    streams: bool = True
    """Whether replies are asked for as streams; a server that cannot stream tool calls is asked for whole ones."""


def laid_over(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Return ``under`` with ``over`` laid on top.

    Objects join, lists grow by what they lack, None takes a field away, all else is replaced.
    """
    laid = dict(under)
    for name, value in over.items():
        match laid.get(name), value:
            case dict() as below, dict():
                laid[name] = laid_over(below, value)
            case list() as below, list():
                laid[name] = below + [item for item in value if item not in below]
            case _, None:
                laid.pop(name, None)
            case _:
                laid[name] = value
    return laid
