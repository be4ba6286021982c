"""A person, out of a store: what there is of them, their runs ended if asked for, and all of it erased."""

import contextlib

from holdfast.journal.sealing.erasure import Kept
from holdfast.kernel.errors import HoldfastError
from holdfast.surfaces.cli.asking.stores import reading
from holdfast.surfaces.cli.pursuing.again import cancel_run
from holdfast.surfaces.cli.showing.moves import Erasing

REASON = "its data subject is to be erased"


async def erase_subject(subject: str, tenant: str, store: str | None, *, is_dry_run: bool, cancels: bool) -> Erasing:
    """Erase what the store holds of a data subject, or only say what that is.

    Raises RunNotFound without a store; InputError for a subject there never was, and for one of whose runs some are not
    over, unless it ``cancels`` them first.
    """
    kept = await _look(subject, tenant, store)
    if is_dry_run:
        keys = sum(key.key is not None for key in kept.keys)
        going = tuple(head.run for head in kept.going)
        return Erasing(tenant, True, kept.is_erased, keys, len(kept.full), going, len(kept.empty), None)
    if cancels:
        for head in kept.going:
            with contextlib.suppress(HoldfastError):  # one that cannot be driven here ends with the erasure
                await cancel_run(head.run, REASON, store, abandons_doubts=True)
    async with reading(store) as runtime:
        done = await runtime.erasure.erase(tenant, subject, ends_parked=cancels)
    return Erasing(tenant, False, True, done.keys, done.removed.runs, (), done.already, done.removed)


async def _look(subject: str, tenant: str, store: str | None) -> Kept:
    async with reading(store) as runtime:
        return await runtime.erasure.look(tenant, subject)
