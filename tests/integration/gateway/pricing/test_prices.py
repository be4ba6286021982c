"""A name's price is what a user has said of it, else what is published; what nobody knows is not zero."""

from collections.abc import Mapping

from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.integration.gateway.pricing.prices import CONFIGURED, REPORTED, Listed, Override, Place, Prices
from holdfast.kernel.messages import Reply, Role, StopReason, Usage, say

AT = 1_800_000_000.0
DAY = 86_400.0
MILLION = 1_000_000


def costing(usd: float, source: str = "a table 1") -> Price:
    return Price(Rates(input=Rate(usd), output=Rate(usd)), source)


class Entry:
    """A model in a table: its price rises by a dollar a day."""

    def __init__(self, table: "Table", usd: float, *, changes_by_the_hour: bool = False) -> None:
        self._table, self._usd, self.changes_by_the_hour = table, usd, changes_by_the_hour
        self.window: int | None = 8_000

    def price(self, at: float) -> Price | None:
        self._table.looked_up += 1
        return costing(self._usd + (at - AT) // DAY)


class Table:
    """A table that counts how often it is asked."""

    def __init__(self, **usd: float) -> None:
        self.entries: Mapping[str, Entry] = {name: Entry(self, price) for name, price in usd.items()}
        self.opened = self.searched = self.looked_up = 0

    def find(self, place: Place) -> Listed | None:
        self.searched += 1
        return self.entries.get(place.model)

    def open(self) -> "Table":
        self.opened += 1
        return self


def places_of(name: str) -> tuple[Place, ...]:
    if name == "alias":
        return (Place("house", "small"),)
    if name == "either":
        return (Place("house", "small"), Place("house", "large"))
    provider, colon, model = name.partition(":")
    return (Place(provider, model),) if colon else ()


def prices(table: Table, **overrides: Override) -> Prices:
    return Prices(lambda: overrides, places_of, table.open)


def reply(model: str = "small", cost_usd: float | None = None, tokens: int = MILLION) -> Reply:
    usage = Usage(input_tokens=tokens, cost_usd=cost_usd)
    return Reply(say(Role.ASSISTANT, "Yes."), StopReason.END_TURN, usage, model)


def test_a_reply_without_a_cost_gets_one_and_says_by_which_table() -> None:
    told = prices(Table(small=2.0)).priced("house:small", reply(), AT)
    assert (told.usage.cost_usd, told.prices) == (2.0, "a table 1")


def test_what_a_provider_reports_wins_over_the_table() -> None:
    told = prices(Table(small=2.0)).priced("house:small", reply(cost_usd=0.5), AT)
    assert (told.usage.cost_usd, told.prices) == (0.5, REPORTED)


def test_what_a_user_has_set_wins_over_what_a_provider_reports() -> None:
    known = prices(Table(small=2.0), small=Override(costing(7.0, CONFIGURED)))
    told = known.priced("house:small", reply(cost_usd=0.5), AT)
    assert (told.usage.cost_usd, told.prices) == (7.0, CONFIGURED)


def test_a_cost_that_nobody_knows_is_unknown() -> None:
    for name in ("house:other", "a program"):
        told = prices(Table(small=2.0)).priced(name, reply("other"), AT)
        assert (told.usage.cost_usd, told.prices) == (None, "")
        assert prices(Table(small=2.0)).of(name, AT) is None


def test_the_model_that_has_answered_counts_before_the_one_that_was_asked() -> None:
    known = prices(Table(small=2.0, dated=3.0))
    assert known.priced("house:small", reply("dated"), AT).usage.cost_usd == 3.0
    assert known.priced("house:small", reply("unheard of"), AT).usage.cost_usd == 2.0


def test_what_is_said_of_a_name_wins_over_what_is_said_of_the_model_behind_it() -> None:
    said = {"alias": Override(costing(1.0)), "house:small": Override(costing(2.0)), "small": Override(costing(3.0))}
    for name in ("alias", "house:small", "small"):
        price = Prices(lambda: said, places_of).of("alias", AT)
        assert price is not None
        assert price.cost_usd(Usage(MILLION)) == {"alias": 1.0, "house:small": 2.0, "small": 3.0}[name]
        del said[name]
    assert Prices(lambda: said, places_of).of("alias", AT) is None


def test_a_window_may_be_set_alone() -> None:
    known = prices(Table(small=2.0), small=Override(window=1_000))
    price = known.of("house:small", AT)
    assert known.window("house:small") == 1_000
    assert price is not None
    assert price.source == "a table 1"


def test_a_window_that_is_set_of_a_place_leaves_what_is_said_of_the_price_of_its_model() -> None:
    said = {"house:small": Override(window=1_000), "small": Override(costing(3.0), window=2_000)}
    known = Prices(lambda: said, places_of, lambda: None)
    price = known.of("alias", AT)
    assert known.window("alias") == 1_000
    assert price is not None
    assert price.cost_usd(Usage(MILLION)) == 3.0


def test_a_window_that_nobody_knows_is_unknown() -> None:
    assert prices(Table(small=2.0)).window("house:small") == 8_000
    assert prices(Table(small=2.0)).window("house:other") is None
    assert prices(Table(small=2.0)).window("a program") is None


def test_the_table_is_opened_when_it_is_needed_and_asked_once_a_model_and_day() -> None:
    table = Table(small=2.0)
    known = prices(table)
    assert known.of("a program", AT) is None
    assert table.opened == 0
    for second in range(100):
        known.of("house:small", AT + second)
        known.of("house:other", AT + second)
    assert (table.opened, table.searched, table.looked_up) == (1, 2, 1)


def test_a_new_day_may_have_a_new_price() -> None:
    known = prices(Table(small=2.0))
    found = [known.of("house:small", AT + day * DAY) for day in range(3)]
    assert [price and price.cost_usd(Usage(MILLION)) for price in found] == [2.0, 3.0, 4.0]


def test_without_a_table_only_what_a_user_has_set_is_known() -> None:
    known = Prices(lambda: {"small": Override(costing(1.0))}, places_of, lambda: None)
    assert known.of("house:small", AT) is not None
    assert known.of("house:other", AT) is None


def test_what_may_be_served_in_several_places_has_the_price_of_the_dearest() -> None:
    price = prices(Table(small=2.0, large=5.0)).of("either", AT)
    assert price is not None
    assert price.cost_usd_max(MILLION, 0) == 5.0
    assert prices(Table(small=2.0)).of("either", AT) is None


def test_what_fits_in_one_of_several_places_may_be_asked() -> None:
    table = Table(small=2.0, large=5.0)
    table.entries["large"].window = 100_000
    assert prices(table).window("either") == 100_000
    table.entries["small"].window = None
    assert prices(table).window("either") is None
