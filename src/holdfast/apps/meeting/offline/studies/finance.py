"""The financial study: when the margin fell most, which account took a larger share of revenue, in which segment."""

from collections.abc import Mapping

from holdfast.apps.meeting.offline.studies.study import (
    Asked,
    Cell,
    Claim,
    Figure,
    Known,
    Plot,
    Study,
    largest_step,
    number,
)

RECENT_MONTHS = 7
MONTHLY = "total amount_eur by month and kind"
_MARGIN = (
    "round(100.0 * sum(CASE kind WHEN 'revenue' THEN amount_eur ELSE -amount_eur END) "
    "/ sum(CASE kind WHEN 'revenue' THEN amount_eur END), 1)"
)
_MARGIN_OF = f"SELECT {_MARGIN} AS margin FROM ledger WHERE month = $1"
_SHARE_OF = (
    "SELECT round(100.0 * sum(CASE account WHEN $2 THEN amount_eur ELSE 0 END) "
    "/ sum(CASE kind WHEN 'revenue' THEN amount_eur END), 1) AS share FROM ledger WHERE month = $1"
)
_MORE = (
    "SELECT sum(CASE month WHEN $2 THEN amount_eur ELSE -amount_eur END) AS more FROM ledger "
    "WHERE account = $3 AND month IN ($1, $2)"
)
_OVERDUE = "FROM invoices WHERE paid_on IS NULL AND due_on < $1"
_SHARES = (
    "SELECT account, round(100.0 * sum(CASE month WHEN $2 THEN amount_eur ELSE 0 END) / (SELECT sum(amount_eur) "
    "FROM ledger WHERE kind = 'revenue' AND month = $2) - 100.0 * sum(CASE month WHEN $1 THEN amount_eur ELSE 0 END) "
    "/ (SELECT sum(amount_eur) FROM ledger WHERE kind = 'revenue' AND month = $1), 2) AS change_in_share_of_revenue "
    "FROM ledger WHERE kind = 'cost' GROUP BY account ORDER BY account"
)


def overdue(known: Known) -> str:
    """Return the question for what is overdue."""
    return f"number of rows and total amount_eur where paid_on is missing and due_on before {known.as_of}"


def by_account(months: tuple[str, str]) -> str:
    """Return the question for what costs are made of."""
    return f"total amount_eur by account and month where kind is cost and month is {months[0]} or {months[1]}"


def by_segment(account: str, months: tuple[str, str]) -> str:
    """Return the question for where an account is spent."""
    return f"total amount_eur by segment and month where account is {account} and month is {months[0]} or {months[1]}"


def asks(known: Known) -> list[Asked]:
    """Ask for the whole; once it is known when the margin fell, for what costs are made of; then for where."""
    wanted = [("ledger", MONTHLY), ("invoices", overdue(known))]
    if (months := fall(known)) is not None:
        wanted.append(("ledger", by_account(months)))
        if (account := cause(known, months)) is not None:
            wanted.append(("ledger", by_segment(account, months)))
    return wanted


def claims(known: Known) -> list[Claim]:
    """Say when and why the margin fell, where, and what is overdue."""
    said, months = list[Claim](), fall(known)
    if months is not None:
        before, after = months
        margins = (
            Figure("before", f"margin in {before}", _MARGIN_OF, (before,), "%"),
            Figure("after", f"margin in {after}", _MARGIN_OF, (after,), "%"),
        )
        said.append(Claim(f"The margin fell from {{before}} % in {before} to {{after}} % in {after}.", margins))
        if (account := cause(known, months)) is not None:
            said.append(_of_account(account, months))
            if (segment := place(known, account, months)) is not None:
                said.append(_of_segment(account, segment, months))
        last = max(_revenues(known))
        if last != after:
            figure = Figure("last", f"margin in {last}", _MARGIN_OF, (last,), "%")
            said.append(Claim(f"It has not come back: in {last} it was {{last}} %.", (figure,)))
    figures = (
        Figure("count", "overdue invoices", f"SELECT count(*) AS invoices {_OVERDUE}", (known.as_of,)),
        Figure("sum", "overdue", f"SELECT coalesce(sum(amount_eur), 0) AS overdue {_OVERDUE}", (known.as_of,), "EUR"),
    )
    said.append(Claim("{count} invoices are overdue, {sum} EUR in all.", figures))
    return said


def plots(known: Known) -> list[Plot]:
    """Show the margin over time, and which costs took more of the revenue."""
    months = fall(known)
    if months is None:
        return []
    before, after = months
    margin = f"SELECT month, {_MARGIN} AS margin FROM ledger GROUP BY month ORDER BY month"
    shown = [Plot(f"The margin by month: it fell in {after}", "% of revenue", margin, (), after)]
    if (account := cause(known, months)) is not None:
        title = f"Which costs took more of the revenue in {after} than in {before}"
        shown.append(Plot(title, "% of revenue", _SHARES, (before, after), account))
    return shown


def fall(known: Known) -> tuple[str, str] | None:
    """Return between which months the margin fell most of late."""
    revenues = _revenues(known)
    costs = {str(row["month"]): number(row["total_amount_eur"]) for row in _rows(known, "cost")}
    lost = [(month, -(sold - costs.get(month, 0.0)) / sold) for month, sold in sorted(revenues.items()) if sold]
    return largest_step(lost[-RECENT_MONTHS:])


def cause(known: Known, months: tuple[str, str]) -> str | None:
    """Return the account whose share of the revenue has risen most: what only grows with the revenue has not."""
    revenues, after = _revenues(known), months[1]
    shares: dict[str, float] = {}
    for row in known.records(by_account(months)):
        month = str(row["month"])
        share = number(row["total_amount_eur"]) / revenues[month]
        shares[str(row["account"])] = shares.get(str(row["account"]), 0.0) + (share if month == after else -share)
    return max(shares, key=lambda account: shares[account], default=None)


def place(known: Known, account: str, months: tuple[str, str]) -> str | None:
    """Return the segment in which an account has risen most."""
    more: dict[str, float] = {}
    for row in known.records(by_segment(account, months)):
        amount = number(row["total_amount_eur"])
        segment = str(row["segment"])
        more[segment] = more.get(segment, 0.0) + (amount if row["month"] == months[1] else -amount)
    return max(more, key=lambda segment: more[segment], default=None)


def _of_account(account: str, months: tuple[str, str]) -> Claim:
    before, after = months
    figures = (
        Figure("before", f"{account} as a share of revenue in {before}", _SHARE_OF, (before, account), "%"),
        Figure("after", f"{account} as a share of revenue in {after}", _SHARE_OF, (after, account), "%"),
        Figure("more", f"more spent on {account}", _MORE, (before, after, account), "EUR"),
    )
    text = (
        f"What made it fall is {account}: it took {{before}} % of the revenue in {before} and {{after}} % in {after}, "
        "{more} EUR more."
    )
    return Claim(text, figures)


def _of_segment(account: str, segment: str, months: tuple[str, str]) -> Claim:
    before, after = months
    figure = Figure(
        "more",
        f"more spent on {account} in {segment}",
        f"{_MORE} AND segment = $4",
        (before, after, account, segment),
        "EUR",
    )
    return Claim(f"Most of that is in the segment {segment}: {{more}} EUR from {before} to {after}.", (figure,))


def _revenues(known: Known) -> dict[str, float]:
    return {str(row["month"]): number(row["total_amount_eur"]) for row in _rows(known, "revenue")}


def _rows(known: Known, kind: str) -> list[Mapping[str, Cell]]:
    return [row for row in known.records(MONTHLY) if row["kind"] == kind]


STUDY = Study(asks, claims, plots)
