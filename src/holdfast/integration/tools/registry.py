"""Which tools there are, by name, and what each agent is offered of them."""

import difflib
from collections.abc import Collection, Iterable, Iterator

from holdfast.integration.gateway.port import ToolSchema
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.lending import OF_EVERY_RUN
from holdfast.integration.tools.stock.results import RESULT_TOOLS
from holdfast.kernel.errors import DefinitionError

NEAREST_MAX = 3
NAME_COMPARED_CHARACTERS_MAX = 64
_SIMILARITY_LEAST = 0.6


class Registry:
    """The tools of an app: those given, those that undo them, and the ones that read large results.

    Every schema is made here, so a tool that is declared wrongly is found when the app is loaded, never in a run.
    """

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        """Raises DefinitionError if two tools share a name, or a type has no JSON Schema."""
        self._tools: dict[str, Tool] = {}
        for given in (*RESULT_TOOLS, *tools):
            self._add(given)
        self._schemas = {
            name: ToolSchema(name, given.description, given.parameters) for name, given in sorted(self._tools.items())
        }

    def __iter__(self) -> Iterator[Tool]:
        return (self._tools[name] for name in self._schemas)

    def get(self, name: str) -> Tool | None:
        """Return the tool called ``name``."""
        return self._tools.get(name)

    def grant(self, names: Iterable[str]) -> frozenset[str]:
        """Return what an agent may call that was given ``names``.

        Whoever may call a tool may also page and search its results, so those tools come with any other; an agent
        without tools has none at all. Raises DefinitionError for a name that is not here.
        """
        granted = frozenset(names)
        for name in sorted(granted - self._tools.keys()):
            nearest = ", ".join(self.nearest(name, self._tools)) or ", ".join(self._schemas)
            raise DefinitionError(f"expected a tool of this app, found {name!r}: did you mean {nearest}?")
        return granted | {stock.name for stock in RESULT_TOOLS} if granted else granted

    def schemas(self, granted: Collection[str]) -> tuple[ToolSchema, ...]:
        """Return what a model is offered, by name: always the same for a grant, so a prompt's prefix stays as it is."""
        return tuple(schema for name, schema in self._schemas.items() if name in granted)

    def definitions(self) -> dict[str, str]:
        """Return the content hash of each tool, as a run records it."""
        return {f"tool:{given.name}": given.content_hash for given in self}

    def check_provided(self, granted: Collection[str], provided: Collection[type]) -> None:
        """Raise DefinitionError if a granted tool needs a resource that a run will not hold."""
        for given in self:
            missing = given.requires - {*OF_EVERY_RUN, *provided} if given.name in granted else ()
            for resource in missing:
                raise DefinitionError(
                    f"tool {given.name} needs a {resource.__name__}, which nothing provides: add it to the resources"
                )

    def nearest(self, name: str, among: Iterable[str]) -> tuple[str, ...]:
        """Return the names most like ``name``, whatever its case and separators, best first."""
        plain = {_plain(candidate): candidate for candidate in sorted(among)}
        wanted = _plain(name[:NAME_COMPARED_CHARACTERS_MAX])
        close = difflib.get_close_matches(wanted, plain, n=NEAREST_MAX, cutoff=_SIMILARITY_LEAST)
        return tuple(plain[candidate] for candidate in close)

    def _add(self, given: Tool) -> None:
        known = self._tools.setdefault(given.name, given)
        if known is not given:
            raise DefinitionError(f"expected one tool called {given.name!r}, found two: rename one of them")
        if given.undo and given.undo.name not in self._tools:
            self._add(given.undo)


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
