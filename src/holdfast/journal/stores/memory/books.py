"""The ledger on a memory disk: what was spent a day, and what runs hold."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from holdfast.journal.ledger import Charged, Entries
from holdfast.kernel.charges import Charge, Charges, added
from holdfast.kernel.ids import RunId


class Books:
    """What the commits have entered."""

    def __init__(self) -> None:
        self._spent: defaultdict[tuple[str, str], Charges] = defaultdict(tuple)
        self._held: dict[tuple[RunId, int], tuple[str, str, Charge]] = {}

    def enter(self, run: RunId, entries: Entries) -> None:
        """Take in what one commit of ``run`` enters."""
        tenant, app = entries.tenant, entries.app
        for each in entries.charges:
            if each.tokens or each.nano_usd or each.unpriced:
                spent = replace(each, held_tokens=0, held_nano_usd=0, held_unpriced=0)
                self._spent[tenant, app] = added(self._spent[tenant, app], spent)
            self._held.pop((run, each.day), None)
            if each.held_tokens or each.held_nano_usd:
                held = replace(each, tokens=0, nano_usd=0, unpriced=0)
                self._held[run, each.day] = (tenant, app, held)

    def spend_held(self, run: RunId) -> None:
        """Charge in full what a run holds that nobody will drive again."""
        for key in [key for key in self._held if key[0] == run]:
            tenant, app, held = self._held.pop(key)
            spent = Charge(held.day, held.held_tokens, held.held_nano_usd, held.held_unpriced)
            self._spent[tenant, app] = added(self._spent[tenant, app], spent)

    def forget(self, run: RunId) -> None:
        """Forget what a run holds that is removed: nothing, for it is over."""
        for key in [key for key in self._held if key[0] == run]:
            del self._held[key]

    def charged(self, first_day: int, last_day: int) -> Sequence[Charged]:
        """Return what was charged in those days, by tenant and app."""
        sums: dict[tuple[str, str], Charges] = {}
        spent = [(tenant, app, each) for (tenant, app), charges in self._spent.items() for each in charges]
        for tenant, app, charge in (*spent, *self._held.values()):
            if first_day <= charge.day <= last_day:
                in_span = replace(charge, day=first_day)
                sums[tenant, app] = added(sums.get((tenant, app), ()), in_span)
        return tuple(Charged(tenant, app, charges[0]) for (tenant, app), charges in sorted(sums.items()))
