"""What every journal store keeps: nothing acknowledged is lost, nothing refused leaves a trace, one driver a run.

Subclass ``StoreConformance`` in a test module, with a fixture ``disk`` that returns a ``Disk``, and let pytest
(asyncio mode ``auto``) run it. A store that is to lie behind seals keeps ``EmptyingConformance`` too.
"""

from holdfast.testing.conformance.journal.beginning import Beginning
from holdfast.testing.conformance.journal.caching import Caching
from holdfast.testing.conformance.journal.charging import Charging
from holdfast.testing.conformance.journal.committing import Committing
from holdfast.testing.conformance.journal.driving import Driving
from holdfast.testing.conformance.journal.emptying import EmptyingConformance
from holdfast.testing.conformance.journal.finding import Finding
from holdfast.testing.conformance.journal.keeping import Keeping
from holdfast.testing.conformance.journal.leasing import Leasing
from holdfast.testing.conformance.journal.mailing import Mailing
from holdfast.testing.conformance.journal.parking import ParkingRuns
from holdfast.testing.conformance.journal.publishing import Publishing
from holdfast.testing.conformance.journal.reopening import Reopening
from holdfast.testing.conformance.journal.samples import Disk
from holdfast.testing.conformance.journal.sharing import Sharing
from holdfast.testing.conformance.journal.subscribing import Subscribing
from holdfast.testing.conformance.journal.upkeeping import Moving, Removing
from holdfast.testing.conformance.journal.waiting import Waiting

__all__ = ["Disk", "EmptyingConformance", "StoreConformance"]


class StoreConformance(
    Beginning,
    Committing,
    Charging,
    Sharing,
    Leasing,
    Publishing,
    Waiting,
    Subscribing,
    Driving,
    ParkingRuns,
    Mailing,
    Reopening,
    Finding,
    Caching,
    Moving,
    Removing,
    Keeping,
):
    """The whole suite."""
