"""The fake: a vault in memory, which remembers who asked and can fail."""

from collections.abc import Iterable, Sequence

from holdfast.integration.secrets.grants import Grant, GrantedSecrets
from holdfast.integration.secrets.port import Asker, Granted, Withheld


class MemoryVault:
    """Keeps secrets as a vault does: nobody knows them before they are asked for. See ``port.SecretSource``."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Asker]] = []
        """Who has asked for what."""
        self.trouble: Exception | None = None
        """Raised to whoever asks, while it is set."""
        self._grants: dict[str, Sequence[Grant]] = {}

    def put(self, name: str, *grants: Grant) -> None:
        """Keep ``grants`` under ``name`` from now on, in the place of those before: so a secret is rotated."""
        self._grants[name] = grants

    async def find(self, name: str, asker: Asker) -> Granted | Withheld | None:
        self.asked.append((name, asker))
        if self.trouble is not None:
            raise self.trouble
        return await GrantedSecrets(self._grants).find(name, asker)

    def held(self) -> Iterable[tuple[str, str]]:
        return ()
