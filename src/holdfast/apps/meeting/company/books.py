"""Writes a company's books: revenue and costs in which one account makes the margin fall, and invoices."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from holdfast.apps.meeting.company.story import AS_OF, MONTHS, SEGMENTS, Story

Row = tuple[object, ...]

SHARES = {"materials": 0.41, "wages": 0.21, "freight": 0.08, "rent": 0.05, "energy": 0.04}
"""Of revenue, in a month in which nothing happens."""
GROWTH = 1.12
"""Of revenue in the month in which the margin falls: every cost grows with it, and hides the one that matters."""
CUSTOMERS = ("Ahrens", "Bellamy", "Castell", "Drake", "Ekholm", "Fabry", "Grohe", "Hollis", "Ingram", "Jansen")
INVOICES = 240
PAYMENT_DAYS = 30
OVERDUE_SHARE = 0.25
"""Of the invoices that are due within the last six weeks, how many are not paid."""


def ledger(random: Random, story: Story) -> Iterator[Row]:
    """Yield the rows of the ledger."""
    sales = {segment: random.randint(180_000, 420_000) for segment in SEGMENTS}
    extra = random.uniform(0.042, 0.052) * sum(sales.values()) * GROWTH
    dip = random.choice(MONTHS[2:7])
    for month in MONTHS:
        has_fallen = month >= story.month
        for segment, sold in sales.items():
            revenue = sold * random.uniform(0.97, 1.03) * (GROWTH if has_fallen else 1.0)
            yield month, segment, "revenue", "sales", round(revenue)
            for account, share in SHARES.items():
                cost = revenue * share * random.uniform(0.99, 1.01)
                if has_fallen and account == story.account:
                    cost += extra * (0.82 if segment == story.segment else 0.06)
                if month == dip and account == "wages":
                    cost += revenue * 0.02
                yield month, segment, "cost", account, round(cost)


def invoices(random: Random) -> Iterator[Row]:
    """Yield the rows of the invoices; some that are due are not paid."""
    today, first = date.fromisoformat(AS_OF), date.fromisoformat(f"{MONTHS[0]}-01")
    days = sorted(random.randrange((today - first).days) for _ in range(INVOICES))
    for index, day in enumerate(days):
        issued = first + timedelta(days=day)
        due = issued + timedelta(days=PAYMENT_DAYS)
        paid = due + timedelta(days=random.randint(-12, 9))
        is_open = paid >= today or (0 < (today - due).days < 42 and random.random() < OVERDUE_SHARE)
        yield (
            f"R-{2001 + index}",
            random.choice(CUSTOMERS),
            random.choice(SEGMENTS),
            issued.isoformat(),
            due.isoformat(),
            None if is_open else paid.isoformat(),
            random.randint(800, 38_000),
        )
