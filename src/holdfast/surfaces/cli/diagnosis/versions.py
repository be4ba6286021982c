"""Runs that wait because their app has changed: what changed, and what lets them go on."""

from collections.abc import AsyncIterator

from holdfast.journal.port import RunFilter
from holdfast.kernel.errors import HoldfastError
from holdfast.orchestration.lifecycle import Status
from holdfast.surfaces.cli.asking.stores import is_there, reading
from holdfast.surfaces.cli.diagnosis.finding import Finding, warning
from holdfast.surfaces.cli.showing.versions import Registered, version_of
from holdfast.surfaces.cli.showing.wording import short_id

RUNS_MAX = 200
"""How many of the runs that wait are looked at, the newest first."""


async def look_at_versions(url: str) -> AsyncIterator[Finding]:
    """Yield a finding for each parked run of a version that is not registered here."""
    if not is_there(url):
        return
    try:
        async with reading(url) as runtime:
            for head in await runtime.runs(RunFilter(statuses=(Status.WAITING,), count_max=RUNS_MAX)):
                if not head.is_parked:
                    continue
                run = await runtime.run(head.run)
                found = version_of(await run.state())
                if found.registered is Registered.OTHER:
                    short = short_id(head.run)
                    rule = "migrates it if its app can" if found.is_migrated else "goes on once that is registered"
                    yield warning(
                        f"run {short}",
                        f"waits: version {found.version} of app {head.app} is not registered here; {found.changed}",
                        f"holdfast resume {short} {rule}; holdfast cancel {short} ends it",
                    )
    except HoldfastError:
        return  # that the store cannot be read is told already
