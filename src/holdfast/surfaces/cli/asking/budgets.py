"""How the allowances stand that the environment declares."""

import os

from holdfast.runtime.allowances.configuration import read_allowances
from holdfast.runtime.allowances.listing import Standing
from holdfast.surfaces.cli.asking.stores import reading


async def list_budgets(store: str | None) -> list[Standing]:
    """Return how each allowance stands; none if none is declared. Raises InputError, RunNotFound without a store."""
    if not read_allowances(os.environ):
        return []
    async with reading(store) as runtime:
        return await runtime.allowances()
