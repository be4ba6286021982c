"""Who may decide, and in which roles: what an operator has declared, held against what somebody claims. Pure."""

from collections.abc import Mapping, Sequence

from holdfast.governance.approvals import USER, plain
from holdfast.kernel.errors import InputError


class People:
    """The operators that there are. Who they are is what the caller says; where nobody is declared anybody may be."""

    def __init__(self, roles: Mapping[str, Sequence[str]] | None = None) -> None:
        """``roles`` by name; None: nobody has said who there is."""
        self._roles = None if roles is None else {plain(name): tuple(held) for name, held in roles.items()}

    def roles_of(self, name: str, of: str, claimed: Sequence[str]) -> tuple[str, ...]:
        """Return the roles in which somebody decides: those claimed, or all that they have if none are.

        An end user is not declared. Raises InputError for somebody unknown, and for a role that they do not have.
        """
        if self._roles is None or of == USER:
            return tuple(claimed)
        held = self._roles.get(plain(name))
        if held is None:
            raise InputError(f"expected one of the people who may decide, found {name}: HOLDFAST_PEOPLE names them")
        if unheld := [role for role in claimed if role not in held]:
            told = ", ".join(held) or "none"
            raise InputError(f"expected roles that {name} has ({told}), found {', '.join(unheld)}")
        return tuple(claimed) or held


ANYBODY = People()
