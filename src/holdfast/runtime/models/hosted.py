"""Tools that a provider runs itself, such as web search: nothing here sees their calls, so each must be granted."""

from collections.abc import Iterator, Mapping

FIELDS = frozenset(
    {
        *("web_search_options", "mcp_servers", "container", "plugins"),
        *("search_parameters", "search_settings", "compound_custom", "builtin_tools"),
    }
)
"""Fields of a request that have a provider do more than answer."""
_OWN = frozenset({"functionDeclarations", "function_declarations"})
"""Where Google's dialect declares what we call ourselves."""


def hosted_in(body: Mapping[str, object]) -> tuple[str, ...]:
    """Return what is laid over each request that a provider would run itself, by the provider's own names."""
    tools = body.get("tools")
    listed = tools if isinstance(tools, list) else [] if tools is None else [tools]
    named = (name for tool in listed for name in _names(tool))
    asked = (name for name in FIELDS if body.get(name) is not None)
    return tuple(sorted({*named, *asked}))


def _names(tool: object) -> Iterator[str]:
    match tool:
        case {"type": str(kind)} if kind != "function":
            yield kind
        case {"name": str(name)} | {"function": {"name": str(name)}}:
            yield name
        case dict():
            yield from (str(key) for key in tool if key not in _OWN)
        case _:
            yield "tools"
