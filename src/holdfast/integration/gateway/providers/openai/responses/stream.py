"""The Responses API's stream of events: the last one holds the reply, but for servers that leave its items out."""

from collections.abc import Mapping
from typing import Any

from holdfast.integration.gateway.providers.dialect import Body

ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
TEXT = "response.output_text.delta"
DELTA = ".delta"
"""How the events end in name that bring a piece of an item."""
ITEM_DONE = "response.output_item.done"


class ResponseGathering:
    """Takes in events."""

    def __init__(self) -> None:
        self._items: dict[int, Body] = {}
        self._whole: Body | None = None
        self._has_begun = False

    def feed(self, event: Mapping[str, Any]) -> str:
        """Take in one event; return the text that it adds."""
        kind = event.get("type") or ""
        self._has_begun = self._has_begun or kind.endswith(DELTA) or kind == ITEM_DONE
        if kind == TEXT:
            return str(event["delta"])
        if kind == ITEM_DONE:
            self._items[event["output_index"]] = event["item"]
        elif kind in ENDS:
            self._whole = event["response"]
        return ""

    @property
    def has_begun(self) -> bool:
        return self._has_begun

    def whole(self) -> Body | None:
        """Return the response; None before one of its ends has come."""
        if self._whole is None or self._whole.get("output"):
            return self._whole
        return self._whole | {"output": [self._items[place] for place in sorted(self._items)]}
