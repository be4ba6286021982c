"""What has happened to a company, drawn from a seed: the truths that its data tell, for whoever looks closely."""

from dataclasses import dataclass
from random import Random

AS_OF = "2026-11-02"
"""The Monday of the meeting."""
MONTHS = tuple([f"2025-{month:02}" for month in (11, 12)] + [f"2026-{month:02}" for month in range(1, 11)])
SEGMENTS = ("Retail", "Workshop", "Export", "Online")
CAUSES = ("freight", "freight", "materials", "energy")
COMPANIES = ("Alder & Sons", "Brightwell Tools", "Corvin Supply", "Dunmore Parts", "Eastholm Trading")
CARRIERS = ("Norrland Freight", "Kestrel Lines", "Tidewater", "Baltic Road", "Monte Cargo", "Swiftway", "Harbour Link")
LANES = ("HAM-VIE", "ROT-MIL", "GDN-PRG", "LYO-BCN", "HAM-STO", "TRI-MUC")
SERVICES = ("checkout", "warehouse", "labels", "billing", "portal")


@dataclass(frozen=True, slots=True)
class Story:
    """What is true of a company. It stands in none of its tables, and nobody but tests is told."""

    company: str
    month: str
    """The month in which the margin fell."""
    account: str
    """What made it fall."""
    segment: str
    """Where most of that was."""
    carriers: tuple[str, ...]
    carrier: str
    """The carrier that is late most often, of those with more than a few shipments."""
    small_carrier: str
    """One with few shipments, of which a larger part was late."""
    lane: str
    """The lane on which the worst carrier is late most often."""
    service: str
    """The service that was down for longest."""
    frequent_service: str
    """The one with the most incidents, short ones."""
    week: str
    """The week in which the worst service failed most."""

    @property
    def month_before(self) -> str:
        """The last month before the margin fell."""
        return MONTHS[MONTHS.index(self.month) - 1]


def told_by(random: Random) -> Story:
    """Draw a story."""
    carriers = tuple(random.sample(CARRIERS, 5))
    service, frequent = random.sample(SERVICES, 2)
    return Story(
        company=random.choice(COMPANIES),
        month=random.choice(MONTHS[-3:]),
        account=random.choice(CAUSES),
        segment=random.choice(SEGMENTS),
        carriers=carriers,
        carrier=carriers[random.randrange(1, 4)],
        small_carrier=carriers[4],
        lane=random.choice(LANES),
        service=service,
        frequent_service=frequent,
        week=random.choice(("2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26")),
    )
