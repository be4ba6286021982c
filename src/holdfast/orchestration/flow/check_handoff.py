"""Whether the members of a handoff can hand over to each other as its contracts say. Pure; raises DefinitionError."""

from collections import Counter

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.paths import check_name
from holdfast.orchestration.flow.nodes import Handoff


def check_handoff(node: Handoff, path: str) -> None:
    """Raise DefinitionError, naming ``path``, unless each contract is between two members and each gets its turn."""
    names = [member.name for member in node.members]
    for contract in node.contracts:
        where = f"{path}, contract {contract.called!r}"
        check_name(contract.called, f"{where}: its name")
        for name in (contract.giver, contract.taker):
            if name not in names:
                raise DefinitionError(f"{where}: expected one of the members {', '.join(names)}, found {name!r}")
        if contract.giver == contract.taker:
            raise DefinitionError(f"{where}: expected another taker than its giver, found {contract.taker!r} as both")
    for called, times in Counter(contract.called for contract in node.contracts).items():
        if times > 1:
            raise DefinitionError(f"{path}: expected contracts of different names, found {times} called {called!r}")
    if missed := _missed(node, names[:1]):
        raise DefinitionError(f"{path}: expected contracts by which each member gets its turn, found none to {missed}")


def _missed(node: Handoff, begin: list[str]) -> str:
    """Return the members to which no chain of contracts leads from the first."""
    reached = list(begin)
    for name in reached:  # it grows under the loop: each name comes in once
        reached.extend(
            {each.taker: None for each in node.contracts if each.giver == name and each.taker not in reached}
        )
    return ", ".join(member.name for member in node.members if member.name not in reached)
