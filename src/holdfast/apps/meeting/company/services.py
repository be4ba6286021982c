"""Writes a company's incidents and the traffic of its services: one was down for long, another often and shortly."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from holdfast.apps.meeting.company.story import AS_OF, SERVICES, Story

Row = tuple[object, ...]

DAYS = 63
TITLES = ("requests time out", "errors after a change", "queue does not drain", "slow answers", "no new sessions")


def incidents(random: Random, story: Story) -> Iterator[Row]:
    """Yield the incidents of the last nine weeks."""
    hit = [story.service] * 4 + [story.frequent_service] * 9
    hit += [service for service in SERVICES if service not in (story.service, story.frequent_service)] * 2
    random.shuffle(hit)
    today = date.fromisoformat(AS_OF)
    opened = sorted(today - timedelta(days=random.randint(3, DAYS - 2)) for _ in hit)
    lasting = False
    for index, (service, day) in enumerate(zip(hit, opened, strict=True)):
        hours = random.uniform(0.2, 1.4)
        if service == story.service:
            hours = random.uniform(6.0, 11.0) if lasting else random.uniform(16.0, 24.0)
            lasting = True
        severity = "critical" if hours > 12 else "major" if hours > 3 else random.choice(("minor", "minor", "major"))
        yield f"I-{301 + index}", day.isoformat(), service, severity, round(hours, 1), random.choice(TITLES)


def metrics(random: Random, story: Story) -> Iterator[Row]:
    """Yield the requests and errors of each day."""
    monday = date.fromisoformat(AS_OF)
    for service in SERVICES:
        usual = random.randint(9_000, 30_000)
        for back in range(DAYS, 0, -1):
            day = monday - timedelta(days=back)
            week = (day - timedelta(days=day.weekday())).isoformat()
            requests = round(usual * random.uniform(0.9, 1.1) * (0.6 if day.weekday() > 4 else 1.0))
            share = random.uniform(0.003, 0.006)
            if service == story.service and week == story.week:
                share *= random.uniform(6.0, 9.0)
            yield day.isoformat(), week, service, requests, round(requests * share)
