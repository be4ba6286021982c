"""All secrets that a process may hand out, and all values that it must keep out of sight."""

from collections.abc import Sequence

from holdfast.governance.redaction.encodings import VALUE_CHARACTERS_MIN
from holdfast.governance.redaction.known import Known
from holdfast.integration.secrets.port import Asker, Granted, SecretSource, Withheld
from holdfast.integration.secrets.secret import reference_to
from holdfast.integration.secrets.strongbox import NoStrongbox, Strongbox


class Secrets:
    """Asks each source in turn; the first that has the secret decides. Whatever it gives is known from then on."""

    def __init__(self, sources: Sequence[SecretSource] = (), strongbox: Strongbox | None = None) -> None:
        """``strongbox`` keeps what results held; without one, nobody does."""
        self._sources = tuple(sources)
        self.strongbox: Strongbox = strongbox or NoStrongbox()
        self.known = Known()
        for source in self._sources:
            for name, value in source.held():
                self.known.add(value, reference_to(name))

    async def resolve(self, name: str, asker: Asker) -> Granted | Withheld:
        """Return the secret, or why it is not handed out. Raises what a source raises: no secret, then."""
        for source in self._sources:
            found = await source.find(name, asker)
            if isinstance(found, Granted):
                if len(found.value) < VALUE_CHARACTERS_MIN:
                    return Withheld(f"with less than {VALUE_CHARACTERS_MIN} characters it cannot be kept out of text")
                self.known.add(found.value, reference_to(name))
            if found is not None:
                return found
        return Withheld("no source of secrets has one of that name")

    def keep_out(self, value: str, name: str) -> None:
        """Keep ``value`` out of sight too, although no tool is handed it."""
        if len(value) >= VALUE_CHARACTERS_MIN:
            self.known.add(value, reference_to(name))


NO_SECRETS = Secrets()
