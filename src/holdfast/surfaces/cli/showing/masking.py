"""Personal data as the command line shows it: names such as ``[email-1]`` in its place, the same all through a command.

Every event and value is masked before anything is made of it, so a page, a waterfall and a line cannot differ.
"""

from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec

from holdfast.governance.redaction.personal import Masks, labelled
from holdfast.orchestration.people.following import Entry
from holdfast.orchestration.run.handle import Run

Of = TypeVar("Of")


class Masking:
    """Masks what one command shows of a run; without ``masks`` it shows all as it is."""

    def __init__(self, masks: Masks | None) -> None:
        self._masks = masks

    async def entries(self, items: AsyncIterator[Entry]) -> AsyncIterator[Entry]:
        """Yield entries, masked."""
        async for entry in items:
            yield self.entry(entry)

    def entry(self, entry: Entry) -> Entry:
        """Return the entry with its event masked."""
        event = self.struct(entry.event)
        return entry if event is entry.event else msgspec.structs.replace(entry, event=event)

    def struct(self, value: Of) -> Of:
        """Return a struct of the same type, masked; the very same where nothing in it is of a person."""
        if self._masks is None or not self._is_of_a_person(value):
            return value
        masked = self._masks.data(msgspec.to_builtins(value, builtin_types=(bytes,)))
        return msgspec.convert(masked, type(value), builtin_types=(bytes,))

    def data(self, data: object) -> object:
        """Return JSON-like data, masked."""
        return data if self._masks is None else self._masks.data(data)

    def text(self, text: str) -> str:
        """Return text, masked."""
        return text if self._masks is None else self._masks.text(text)

    def _is_of_a_person(self, value: object) -> bool:
        assert self._masks is not None, "asked only where something is masked"
        text = msgspec.json.encode(value).decode()
        return bool(labelled(text)) or self._masks.text(text) != text


SHOWS_ALL = Masking(None)


async def masking_of(run: Run) -> Masking:
    """Return what masks a run: personal data by its shape, and what results of the run have labelled."""
    masks = Masks()
    state = await run.state()
    for body in await (await run.payloads(state)).fetch_all(state.labelled):
        for name, value in msgspec.json.decode(body, type=dict[str, str]).items():
            masks.take(value, name)
    return Masking(masks)
