"""The shipping study: which carrier is late most often, where, and what it has come to cost."""

from holdfast.apps.meeting.offline.studies.study import (
    Asked,
    Claim,
    Figure,
    Known,
    Plot,
    Study,
    largest_step,
    months_before,
    number,
)

MONTHS = 3
SHIPMENTS_MIN = 30
"""Of a carrier with fewer, nothing is said by its share."""
RATES = "total freight_eur and total weight_kg by month and carrier"
_LATE = "round(100.0 * avg(was_late), 1)"
_RATE = "round(sum(freight_eur) / sum(weight_kg), 2)"
_SINCE = "FROM shipments WHERE shipped_on >= $1"


def punctuality(known: Known) -> str:
    """Return the question for how often carriers are late."""
    return f"number of rows and average was_late by carrier where shipped_on from {_since(known)}"


def lanes(known: Known, carrier: str) -> str:
    """Return the question for where a carrier is late."""
    return f"number of rows and average was_late by lane where carrier is {carrier} and shipped_on from {_since(known)}"


def contract(carrier: str) -> str:
    """Return the question for a carrier's contract."""
    return f"contract_until and rate_eur_per_kg by carrier where carrier is {carrier}"


def asks(known: Known) -> list[Asked]:
    """Ask for all carriers; once it is known which is worst, for its lanes and its contract."""
    wanted = [("shipments", punctuality(known)), ("shipments", RATES)]
    if (carrier := worst(known)) is not None:
        wanted += [("shipments", lanes(known, carrier)), ("carriers", contract(carrier))]
    return wanted


def claims(known: Known) -> list[Claim]:
    """Say which carrier is worst, where, what it has come to cost, and who only looks worse."""
    since, carrier = _since(known), worst(known)
    all_of_them = (
        Figure("late", "shipments that came late", f"SELECT {_LATE} AS late {_SINCE}", (since,), "%"),
        Figure("count", "shipments", f"SELECT count(*) AS shipments {_SINCE}", (since,)),
    )
    said = [Claim(f"Of {{count}} shipments since {since} {{late}} % came late.", all_of_them)]
    if carrier is None:
        return said
    said.insert(0, _of_carrier(carrier, since))
    if (lane := worst_lane(known, carrier)) is not None:
        late = Figure(
            "late",
            f"of {carrier}'s on {lane} late",
            f"SELECT {_LATE} AS late {_SINCE} AND carrier = $2 AND lane = $3",
            (since, carrier, lane),
            "%",
        )
        said.append(Claim(f"{carrier} is worst on the lane {lane}: {{late}} % late.", (late,)))
    if (months := dearer(known, carrier)) is not None:
        said.append(_of_rate(carrier, months))
    said += _of_contract(known, carrier)
    said += [_of_few(each, since) for each in few(known, carrier)]
    return said


def plots(known: Known) -> list[Plot]:
    """Show how late carriers were, and what they were paid over time."""
    since, carrier = _since(known), worst(known)
    share = (
        f"SELECT carrier, {_LATE} AS shipments_that_came_late {_SINCE} GROUP BY carrier "
        f"HAVING count(*) >= {SHIPMENTS_MIN} ORDER BY carrier"
    )
    rates = f"SELECT month, carrier, {_RATE} AS freight FROM shipments GROUP BY month, carrier ORDER BY month, carrier"
    return [
        Plot(
            f"How often carriers of {SHIPMENTS_MIN} shipments or more were late since {since}",
            "%",
            share,
            (since,),
            carrier,
        ),
        Plot("What each carrier was paid, by month", "EUR per kg", rates, (), carrier),
    ]


def worst(known: Known) -> str | None:
    """Return the carrier that is late most often, of those with shipments enough to say so."""
    shares = {
        str(row["carrier"]): number(row["average_was_late"])
        for row in known.records(punctuality(known))
        if number(row["rows"]) >= SHIPMENTS_MIN
    }
    return max(shares, key=lambda carrier: shares[carrier], default=None)


def few(known: Known, carrier: str) -> list[str]:
    """Return the carriers that look worse than ``carrier`` and have too few shipments to say so."""
    rows = known.records(punctuality(known))
    limit = max((number(row["average_was_late"]) for row in rows if row["carrier"] == carrier), default=1.0)
    return [
        str(row["carrier"])
        for row in rows
        if number(row["average_was_late"]) > limit and number(row["rows"]) < SHIPMENTS_MIN
    ]


def worst_lane(known: Known, carrier: str) -> str | None:
    """Return the lane on which a carrier is late most often."""
    shares = {str(row["lane"]): number(row["average_was_late"]) for row in known.records(lanes(known, carrier))}
    return max(shares, key=lambda lane: shares[lane], default=None)


def dearer(known: Known, carrier: str) -> tuple[str, str] | None:
    """Return between which months a carrier's rate has risen most."""
    rates = [
        (str(row["month"]), number(row["total_freight_eur"]) / number(row["total_weight_kg"]))
        for row in known.records(RATES)
        if row["carrier"] == carrier and number(row["total_weight_kg"])
    ]
    return largest_step(sorted(rates))


def _of_carrier(carrier: str, since: str) -> Claim:
    own = f"{_SINCE} AND carrier = $2"
    figures = (
        Figure("late", f"of {carrier}'s shipments late", f"SELECT {_LATE} AS late {own}", (since, carrier), "%"),
        Figure("count", f"shipments by {carrier}", f"SELECT count(*) AS shipments {own}", (since, carrier)),
        Figure(
            "others",
            "of the others' shipments late",
            f"SELECT {_LATE} AS late {_SINCE} AND carrier <> $2",
            (since, carrier),
            "%",
        ),
    )
    text = (
        f"{carrier} is late most often: {{late}} % of its {{count}} shipments since {since}, "
        "where the other carriers together have {others} %."
    )
    return Claim(text, figures)


def _of_rate(carrier: str, months: tuple[str, str]) -> Claim:
    statement = f"SELECT {_RATE} AS rate FROM shipments WHERE carrier = $1 AND month = $2"
    before, after = months
    figures = (
        Figure("before", f"paid to {carrier} in {before}", statement, (carrier, before), "EUR per kg"),
        Figure("after", f"paid to {carrier} in {after}", statement, (carrier, after), "EUR per kg"),
    )
    text = f"{carrier} has become dearer: {{after}} EUR per kg in {after}, after {{before}} EUR in {before}."
    return Claim(text, figures)


def _of_contract(known: Known, carrier: str) -> list[Claim]:
    if not known.records(contract(carrier)):
        return []
    statement = "SELECT contract_until FROM carriers WHERE carrier = $1"
    figure = Figure("day", f"end of the contract with {carrier}", statement, (carrier,))
    return [Claim(f"The contract with {carrier} ends on {{day}}.", (figure,))]


def _of_few(carrier: str, since: str) -> Claim:
    own = f"{_SINCE} AND carrier = $2"
    figures = (
        Figure("late", f"of {carrier}'s shipments late", f"SELECT {_LATE} AS late {own}", (since, carrier), "%"),
        Figure("count", f"shipments by {carrier}", f"SELECT count(*) AS shipments {own}", (since, carrier)),
    )
    text = f"{carrier} has {{late}} % since {since}, but of {{count}} shipments only: too few to judge it by."
    return Claim(text, figures)


def _since(known: Known) -> str:
    return months_before(known.as_of, MONTHS)


STUDY = Study(asks, claims, plots)
