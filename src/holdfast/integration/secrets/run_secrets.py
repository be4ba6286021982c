"""What one driver of a run knows of secrets and of persons: the names that stand for values, and the values."""

from collections.abc import Iterable, Mapping

import msgspec

from holdfast.governance.redaction.known import Known
from holdfast.governance.redaction.personal import Masks
from holdfast.governance.redaction.shapes import sighted
from holdfast.integration.secrets.book import Secrets
from holdfast.integration.secrets.port import Asker, Granted, Withheld
from holdfast.integration.secrets.secret import MARK, REFERENCE, reference_to
from holdfast.journal.events.steps import Held
from holdfast.journal.fold.state import RunState
from holdfast.journal.payloads import Payloads
from holdfast.kernel.ids import PayloadId

GONE = "it is not kept any more: have the tool return it once more"


class RunSecrets:
    """Names the secrets that results hold, and finds them again. What stands for a value is the same all through."""

    __slots__ = (
        *("_counts", "_kept", "_masks", "_names", "_payloads"),
        *("_sealed", "_secrets", "_tenant", "_values", "known"),
    )

    def __init__(self, secrets: Secrets, payloads: Payloads, tenant: str) -> None:
        self._secrets, self._payloads, self._tenant = secrets, payloads, tenant
        self.known = Known(secrets.known)
        self._masks: Masks | None = None
        self._kept = 0
        """How many of the names that stand for personal data are on record."""
        self._values: dict[str, str | None] = {}
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._sealed: dict[str, PayloadId | None] = {}

    async def load(self, state: RunState) -> None:
        """Take up what the run has met before."""
        if not (state.held or state.labelled):
            return
        for name, sealed in state.held.items():
            body = None if sealed is None else await self._payloads.fetch(sealed)
            value = None if body is None else await self._secrets.strongbox.open(self._tenant, body)
            self._sealed[name] = sealed
            self._take(name, value)
        for body in await self._payloads.fetch_all(state.labelled):
            for name, value in msgspec.json.decode(body, type=dict[str, str]).items():
                self.masks.take(value, name)
        self._kept = len(self.masks.values) if state.labelled else 0

    def new_names(self) -> dict[str, str]:
        """Return the names given since this was last asked, with what they stand for: they are to be recorded now."""
        if self._masks is None or len(self._masks.values) == self._kept:
            return {}
        given = dict(list(self._masks.values.items())[self._kept :])
        self._kept += len(given)
        return given

    async def taken_over(self, names: Mapping[str, str], sealed: Mapping[str, bytes]) -> dict[str, str]:
        """Return, by what stood for it where another driver found it, what stands here for each of these values."""
        here = {name: self.masks.declare(value, name.strip("[]").rpartition("-")[0]) for name, value in names.items()}
        for name, body in sealed.items():
            value = await self._secrets.strongbox.open(self._tenant, body)
            if value is not None:
                here[reference_to(name)] = reference_to(self._name(value, name.rpartition("-")[0]))
        return here

    @property
    def masks(self) -> Masks:
        """The names that stand for personal data, where a model is not to see it."""
        if self._masks is None:
            self._masks = Masks()
        return self._masks

    def without_secrets(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return ``text`` with references in the place of secrets, and the names in it of those that results held.

        Also of those that were found before: who found them may end without having recorded it.
        """
        if self.known:
            text = self.known.text(text)
        found = sighted(text)
        names = [self._name(text[each.start : each.end], each.kind) for each in found]
        for each, name in zip(reversed(found), reversed(names), strict=True):
            text = text[: each.start] + reference_to(name) + text[each.end :]
        if MARK in text:
            names = [name for name in REFERENCE.findall(text) if name in self._values]
        return text, tuple(dict.fromkeys(names))

    async def held(self, names: Iterable[str]) -> tuple[Held, ...]:
        """Return the secrets of these names as they are recorded; each is sealed once."""
        held = []
        for name in names:
            value = self._values[name]
            if self._sealed.get(name) is None and value is not None:
                sealed = await self._secrets.strongbox.seal(self._tenant, value)
                self._sealed[name] = self._payloads.keep(sealed) if sealed else None
            held.append(Held(name, self._sealed.get(name)))
        return tuple(held)

    async def declared(self, name: str, asker: Asker) -> Granted | Withheld:
        """Return the secret that a tool declares. Raises what its source raises."""
        return await self._secrets.resolve(name, asker)

    async def referred(self, name: str, asker: Asker) -> Granted | Withheld:
        """Return the secret that a model has named: one of this run, or one that is kept for just this tool.

        Raises what its source raises.
        """
        if name in self._values:
            value = self._values[name]
            return Withheld(GONE) if value is None else Granted(value)
        found = await self._secrets.resolve(name, asker)
        if isinstance(found, Granted) and not found.names_audience:
            return Withheld(f"whoever keeps it does not name {asker.tool} among its tools")
        return found

    def _name(self, value: str, kind: str) -> str:
        if value not in self._names:
            self._take(f"{kind}-{self._counts.get(kind, 0) + 1}", value)
        return self._names[value]

    def _take(self, name: str, value: str | None) -> None:
        kind, _, count = name.rpartition("-")
        self._counts[kind] = max(self._counts.get(kind, 0), int(count))
        self._values[name] = value
        if value is not None:
            self._names[value] = name
            self.known.add(value, reference_to(name))
