"""What is said of an MCP server on the command line, as values."""

from collections.abc import Sequence

import msgspec

from holdfast.integration.mcp.pinning import Declared
from holdfast.integration.mcp.pins import Reach
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import InputError


def reach_of(
    command: tuple[str, ...], url: str, given: Sequence[str], secrets: Sequence[str], inherits: Sequence[str]
) -> Reach:
    """Return how a server is reached. Raises InputError for a pair that is none."""
    pairs = _pairs("--set", given)
    return Reach(
        command=command,
        url=url,
        environment={} if url else pairs,
        headers=pairs if url else {},
        secrets=_pairs("--secret", secrets),
        inherits=("PATH", *(name for name in inherits if name != "PATH")),
    )


def declared_of(
    effect: Effect | None, undo: str | None, key: str | None, fixed: Sequence[str] | None, timeout: float | None
) -> Declared:
    """Return what is said of the tools. Raises InputError for what is no JSON."""
    values = None if fixed is None else {name: _json(name, text) for name, text in _pairs("--fix", fixed).items()}
    return Declared(effect=effect, undo=undo, key=key, fixed=values, timeout_seconds=timeout)


def wanted_of(server: str, tools: Sequence[str], *, every: bool) -> tuple[str, ...] | None:
    """Return which tools are meant, None for all. Raises InputError unless one of both is said."""
    if bool(tools) == every:
        raise InputError(
            f"expected the tools to approve, or --all: 'holdfast mcp diff {server}' shows what it offers now"
        )
    return None if every else tuple(tools)


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    split = [each.partition("=") for each in given]
    for name, equals, _value in split:
        if not (name and equals):
            raise InputError(f"{option}: expected NAME=VALUE, found {name!r}")
    return {name: value for name, _equals, value in split}


def _json(name: str, text: str) -> object:
    try:
        found: object = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise InputError(f"--fix {name}: expected JSON, found {text!r} ({error}); text is given in quotes") from error
    return found
