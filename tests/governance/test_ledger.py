"""What the ledger answers: room, a short wait, a long one, or none ever."""

from holdfast.governance.allowance import Allowance
from holdfast.governance.ledger import Busy, Ledger, Spent
from holdfast.journal.ledger import Charged
from holdfast.kernel.charges import NANO, Charge
from holdfast.kernel.days import DAY_SECONDS, begins_at
from holdfast.kernel.ids import RunId

DAY = 20_777
NOW = begins_at(DAY) + 5
RUN, OTHER = RunId("run_a"), RunId("run_b")
NOTHING = Charge(DAY)
HUNDRED = Allowance(tenant="acme", per="day", tokens=100)


def ledger(*allowances: Allowance, spent: Charge = NOTHING) -> Ledger:
    made = Ledger(allowances)
    rows = (Charged("acme", "desk", spent),)
    made.load(dict.fromkeys(made.spans(NOW), rows), NOW)
    return made


def ask(made: Ledger, tokens: int, usd: int | None = 0, now: float = NOW) -> Spent | Busy | None:
    return made.ask(RUN, "acme", "desk", tokens, usd, now)


def test_what_is_held_in_the_store_counts_until_its_run_goes_on() -> None:
    made = ledger(HUNDRED, spent=Charge(DAY, 30, held_tokens=40))
    assert ask(made, 30) is None
    assert isinstance(ask(made, 31), Spent)
    made.opened(RUN, "acme", "desk", (Charge(DAY, 30, held_tokens=40),), 4, NOW)
    made.changed(RUN, (Charge(DAY, 35),), 5, 4, NOW)
    assert isinstance(ask(made, 31), Busy), "the charge of the lost call is not durable yet"
    made.changed(RUN, (Charge(DAY, 35),), 5, 5, NOW)
    assert ask(made, 65) is None


def test_what_a_run_under_way_holds_is_waited_for_and_free_once_its_reply_is_durable() -> None:
    made = ledger(HUNDRED)
    made.opened(RUN, "acme", "desk", (), 1, NOW)
    made.changed(RUN, (Charge(DAY, held_tokens=80),), 2, 1, NOW)
    assert isinstance(ask(made, 40), Busy)
    settled = (Charge(DAY, 10),)
    made.changed(RUN, settled, 3, 2, NOW)
    assert isinstance(ask(made, 40), Busy)
    made.changed(RUN, settled, 3, 3, NOW)
    assert ask(made, 90) is None
    assert isinstance(ask(made, 91), Spent)


def test_a_run_that_is_not_driven_any_more_leaves_what_it_may_come_to_spent() -> None:
    made = ledger(HUNDRED)
    made.opened(RUN, "acme", "desk", (), 1, NOW)
    made.changed(RUN, (Charge(DAY, held_tokens=80),), 2, 1, NOW)
    made.closed(RUN, NOW)
    assert isinstance(ask(made, 21), Spent)
    made.opened(RUN, "acme", "desk", (), 1, NOW)
    assert ask(made, 100) is None, "nothing of it was durable"


def test_a_new_period_begins_with_nothing_spent() -> None:
    made = ledger(HUNDRED, spent=Charge(DAY, 100))
    told = ask(made, 1)
    assert isinstance(told, Spent)
    assert told.renews_at == begins_at(DAY + 1)
    assert made.spent("acme", "desk", NOW) is not None
    assert ask(made, 100, now=NOW + DAY_SECONDS) is None
    assert made.spent("acme", "desk", NOW + DAY_SECONDS) is None


def test_the_allowance_that_is_renewed_last_is_the_one_that_is_told() -> None:
    made = ledger(HUNDRED, Allowance(per="month", tokens=100), spent=Charge(DAY, 100))
    told = ask(made, 1)
    assert isinstance(told, Spent)
    assert told.owner == "the allowance of everybody"


def test_what_no_fresh_allowance_could_pay_is_hopeless_and_holds_up_nobody_else() -> None:
    made = ledger(HUNDRED)
    told = ask(made, 101)
    assert isinstance(told, Spent)
    assert (told.renews_at, told.is_hopeless) == (None, True)
    assert made.spent("acme", "desk", NOW) is None


def test_new_runs_are_held_up_for_as_long_as_one_waits() -> None:
    made = ledger(HUNDRED, spent=Charge(DAY, 60))
    assert isinstance(ask(made, 50), Spent)
    assert made.spent("acme", "desk", NOW) is not None
    made.waits_no_more(OTHER)
    assert made.spent("acme", "desk", NOW) is not None
    made.waits_no_more(RUN)
    assert made.spent("acme", "desk", NOW) is None


def test_dollars_need_a_price_that_is_known() -> None:
    dollar = Allowance(per="day", usd=1.0)
    told = ask(ledger(dollar), 5, None)
    assert isinstance(told, Spent)
    assert told.is_hopeless
    assert ask(ledger(dollar), 5, NANO) is None
    assert isinstance(ask(ledger(dollar, spent=Charge(DAY, nano_usd=1)), 5, NANO), Spent)
    unpriced = ask(ledger(dollar, spent=Charge(DAY, unpriced=1)), 5, 1)
    assert isinstance(unpriced, Spent)
    assert "calls of unknown cost: 1" in unpriced.why


def test_it_is_told_once_that_most_of_it_is_spent() -> None:
    made = ledger(HUNDRED, spent=Charge(DAY, 79))
    assert made.alerts() == []
    made.opened(RUN, "acme", "desk", (), 1, NOW)
    made.changed(RUN, (Charge(DAY, 1),), 2, 2, NOW)
    assert [tally.owner for tally in made.alerts()] == ["the allowance of tenant acme"]
    assert made.alerts() == []
