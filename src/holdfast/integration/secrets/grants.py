"""Whom a secret is meant for: several values may go by one name, each for others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from holdfast.integration.secrets.port import Asker, Granted, Withheld


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A value and whom it is for: all that is named must match; None means anybody."""

    value: str
    tools: tuple[str, ...] | None = None
    servers: tuple[str, ...] | None = None
    agents: tuple[str, ...] | None = None
    users: tuple[str, ...] | None = None
    tenants: tuple[str, ...] | None = None
    apps: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        return "Grant(...)"

    def misses(self, asker: Asker) -> str | None:
        """Return the first thing about ``asker`` that is not named here; None if it is for them."""
        wanted = (
            ("tool", self.tools, asker.tool),
            ("server", self.servers, asker.server),
            ("agent", self.agents, asker.agent),
            ("user", self.users, asker.user),
            ("tenant", self.tenants, asker.tenant),
            ("app", self.apps, asker.app),
        )
        return next((f"{what} {is_!r}" for what, named, is_ in wanted if named is not None and is_ not in named), None)


class GrantedSecrets:
    """Secrets that are at hand, by name. See ``port.SecretSource``."""

    def __init__(self, grants: Mapping[str, Sequence[Grant]]) -> None:
        self._grants = grants

    async def find(self, name: str, asker: Asker) -> Granted | Withheld | None:
        grants = self._grants.get(name)
        if grants is None:
            return None
        misses = list[str]()
        for grant in grants:
            missed = grant.misses(asker)
            if missed is None:
                return Granted(grant.value, grant.tools is not None or grant.servers is not None)
            misses.append(missed)
        return Withheld(f"it is not for {' nor for '.join(dict.fromkeys(misses))}")

    def held(self) -> Iterable[tuple[str, str]]:
        return list(self._held())

    def _held(self) -> Iterator[tuple[str, str]]:
        for name, grants in self._grants.items():
            for grant in grants:
                yield name, grant.value
