"""What connectors have in common: tools made of their methods, known by the service's name."""

from collections.abc import Callable
from dataclasses import replace

from holdfast.integration.http.service import Service
from holdfast.integration.tools.contract import tool
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.qualified import qualified
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.retry import Retry

VERSION = "1"
"""Another one whenever a call comes to mean something else."""
PROBE_PAGES_MAX = 20
"""How many pages are looked through for a marker; beyond, nobody can tell."""


class Connector(Service):
    """A service whose operations are known here."""

    def __init__(self, name: str, base_url: str) -> None:
        super().__init__(name, base_url, version=VERSION)
        self._tools = dict[str, Tool]()

    def tools(self, *names: str) -> tuple[Tool, ...]:
        """Return the tools of these names, all without any. Raises DefinitionError."""
        for name in names:
            if name not in self._tools:
                raise DefinitionError(
                    f"connector {self.name!r} has no {name!r}: expected one of {', '.join(sorted(self._tools))}"
                )
        return tuple(self._tools[name] for name in names or sorted(self._tools))

    def reads(self, *methods: Callable[..., object]) -> None:
        """Offer ``methods``, which only look."""
        for method in methods:
            made = tool(name=qualified(self.name, method.__name__), effect=Effect.READ, retry=Retry())(method)
            self._tools[method.__name__] = replace(made, source=self)

    def writes(self, method: Callable[..., object], probe: Callable[..., object]) -> None:
        """Offer ``method``, which leaves a marker that ``probe`` looks for."""
        name = qualified(self.name, method.__name__)
        made = tool(name=name, effect=Effect.TRANSACTIONAL, probe=probe, retry=Retry())(method)
        self._tools[method.__name__] = replace(made, source=self)
