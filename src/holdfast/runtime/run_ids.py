"""Which run is meant by an id, or by the end of one."""

from holdfast.journal.port import RunFilter, Store
from holdfast.kernel.errors import RunNotFound
from holdfast.kernel.ids import RunId

IDS_SEARCHED_MAX = 10_000
ID_CHARACTERS_MIN = 4


async def full_id(store: Store, run_id: str) -> RunId:
    """Return the id that ``run_id`` is or ends. Raises RunNotFound if there is no such run, or more than one."""
    if run_id.startswith("run_"):
        return (await store.head(RunId(run_id))).run
    if len(run_id) < ID_CHARACTERS_MIN:
        raise RunNotFound(
            f"expected a run's id, or at least {ID_CHARACTERS_MIN} characters of its end, found {run_id!r}: "
            "'holdfast runs' lists them"
        )
    found = [
        head.run
        for head in await store.runs(RunFilter(count_max=IDS_SEARCHED_MAX))
        if head.run.endswith(run_id.upper())
    ]
    if len(found) != 1:
        told = "none" if not found else f"{len(found)}"
        raise RunNotFound(f"expected one run whose id ends in {run_id!r}, found {told}: 'holdfast runs' lists them")
    return found[0]
