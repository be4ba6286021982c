"""Writes a company's shipments: several carriers, one late and dearer, and a small one that only looks worse."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from holdfast.apps.meeting.company.story import AS_OF, LANES, MONTHS, SEGMENTS, Story

Row = tuple[object, ...]

SHIPMENTS = 900
SMALL_SHIPMENTS = 9
SMALL_LATE = 7
DEARER = 1.35
"""What the worst carrier asks from the month on in which the margin fell, as a factor."""


def carriers(random: Random, story: Story) -> Iterator[Row]:
    """Yield the carriers with their rates."""
    for carrier in story.carriers:
        until = date.fromisoformat(AS_OF) + timedelta(days=random.randint(40, 400))
        yield carrier, until.isoformat(), round(random.uniform(0.45, 0.75), 2)


def shipments(random: Random, story: Story, rates: dict[str, float]) -> Iterator[Row]:
    """Yield the shipments of the last six months."""
    first = date.fromisoformat(f"{MONTHS[-6]}-01")
    span = (date.fromisoformat(f"{MONTHS[-1]}-28") - first).days
    large = [carrier for carrier in story.carriers if carrier != story.small_carrier]
    planned = [(random.randrange(span), random.choice(large), None) for _ in range(SHIPMENTS - SMALL_SHIPMENTS)]
    small = [(random.randrange(span - 60, span), story.small_carrier, n < SMALL_LATE) for n in range(SMALL_SHIPMENTS)]
    for index, (day, carrier, is_late) in enumerate(sorted([*planned, *small], key=lambda each: each[0])):
        shipped, lane = first + timedelta(days=day), random.choice(LANES)
        promised = shipped + timedelta(days=random.randint(2, 6))
        if is_late is None:
            is_late = random.random() < _late_share(story, carrier, lane)
        late = random.randint(1, 6 if carrier == story.carrier else 3) if is_late else 0
        weight = random.randint(60, 1_400)
        dearer = DEARER if carrier == story.carrier and shipped.isoformat()[:7] >= story.month else 1.0
        yield (
            f"S-{40001 + index}",
            shipped.isoformat()[:7],
            shipped.isoformat(),
            promised.isoformat(),
            (promised + timedelta(days=late)).isoformat(),
            late,
            int(late > 0),
            carrier,
            lane,
            random.choice(SEGMENTS),
            weight,
            round(weight * rates[carrier] * dearer * random.uniform(0.97, 1.03), 2),
        )


def _late_share(story: Story, carrier: str, lane: str) -> float:
    if carrier != story.carrier:
        return 0.09
    return 0.8 if lane == story.lane else 0.2
