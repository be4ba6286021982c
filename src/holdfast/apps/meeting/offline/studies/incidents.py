"""The incident study: which service was hit for longest, which only often, and in which week requests failed most."""

from holdfast.apps.meeting.offline.studies.study import (
    Asked,
    Claim,
    Figure,
    Known,
    Plot,
    Study,
    months_before,
    number,
)

MONTHS = 2
FAILED = "total errors and total requests by week and service"
_HOURS = "round(sum(hours_open), 1)"
_SHARE = "round(100.0 * sum(errors) / sum(requests), 1)"
_SINCE = "FROM incidents WHERE opened_on >= $1"
_OWN = f"{_SINCE} AND service = $2"


def by_service(known: Known) -> str:
    """Return the question for how often and how long services were hit."""
    return f"number of rows and total hours_open by service where opened_on from {_since(known)}"


def asks(known: Known) -> list[Asked]:
    """Ask for how often and how long services were hit, and for the requests that failed."""
    return [("incidents", by_service(known)), ("metrics", FAILED)]


def claims(known: Known) -> list[Claim]:
    """Say which service was hit for longest, which most often, and in which week it failed most."""
    since = _since(known)
    hours = {str(row["service"]): number(row["total_hours_open"]) for row in known.records(by_service(known))}
    counts = {str(row["service"]): number(row["rows"]) for row in known.records(by_service(known))}
    if not hours:
        return [Claim("There were {count} incidents.", (_count(since),))]
    longest = max(hours, key=lambda service: hours[service])
    often = max(counts, key=lambda service: counts[service])
    of_longest = (
        Figure("hours", f"hours of {longest}", f"SELECT {_HOURS} AS hours {_OWN}", (since, longest), "h"),
        Figure("count", f"incidents of {longest}", f"SELECT count(*) AS incidents {_OWN}", (since, longest)),
    )
    in_all = (_count(since), Figure("hours", "hours in all", f"SELECT {_HOURS} AS hours {_SINCE}", (since,), "h"))
    said = [
        Claim(
            f"The service {longest} was hit for longest: {{hours}} hours in {{count}} incidents since {since}.",
            of_longest,
        ),
        Claim(f"There were {{count}} incidents since {since}, {{hours}} hours in all.", in_all),
    ]
    if (week := worst_week(known, longest)) is not None:
        said.append(_of_week(longest, week))
    if often != longest:
        of_often = (
            Figure("count", f"incidents of {often}", f"SELECT count(*) AS incidents {_OWN}", (since, often)),
            Figure("hours", f"hours of {often}", f"SELECT {_HOURS} AS hours {_OWN}", (since, often), "h"),
        )
        said.append(
            Claim(f"The service {often} was hit most often, {{count}} times, but for {{hours}} hours only.", of_often)
        )
    return said


def plots(known: Known) -> list[Plot]:
    """Show how long services were hit, and how many requests failed over time."""
    since = _since(known)
    hours = {str(row["service"]): number(row["total_hours_open"]) for row in known.records(by_service(known))}
    longest = max(hours, key=lambda service: hours[service], default=None)
    own = f"SELECT service, {_HOURS} AS time_until_over {_SINCE} GROUP BY service ORDER BY service"
    failed = f"SELECT week, service, {_SHARE} AS requests_that_failed FROM metrics GROUP BY week, service ORDER BY 1, 2"
    return [
        Plot(f"How long each service was hit since {since}", "hours", own, (since,), longest),
        Plot("Requests that failed, by week", "%", failed, (), longest),
    ]


def worst_week(known: Known, service: str) -> str | None:
    """Return the week in which the largest share of a service's requests failed."""
    shares = {
        str(row["week"]): number(row["total_errors"]) / number(row["total_requests"])
        for row in known.records(FAILED)
        if row["service"] == service and number(row["total_requests"])
    }
    return max(shares, key=lambda week: shares[week], default=None)


def _of_week(service: str, week: str) -> Claim:
    own = f"SELECT {_SHARE} AS failed FROM metrics WHERE service = $1 AND week"
    figures = (
        Figure("that", f"requests to {service} that failed in the week of {week}", f"{own} = $2", (service, week), "%"),
        Figure("else", f"requests to {service} that failed in other weeks", f"{own} <> $2", (service, week), "%"),
    )
    text = f"In the week of {week} {{that}} % of the requests to {service} failed; in the weeks besides {{else}} %."
    return Claim(text, figures)


def _count(since: str) -> Figure:
    return Figure("count", "incidents", f"SELECT count(*) AS incidents {_SINCE}", (since,))


def _since(known: Known) -> str:
    return months_before(known.as_of, MONTHS)


STUDY = Study(asks, claims, plots)
