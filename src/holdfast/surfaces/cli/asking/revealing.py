"""Who has looked at personal data is noted before it is shown, in a file beside the store."""

import getpass
import os
import time

import msgspec

from holdfast.kernel.errors import InputError
from holdfast.orchestration.run.handle import Run
from holdfast.surfaces.cli.asking.stores import store_path
from holdfast.surfaces.cli.showing.masking import SHOWS_ALL, Masking, masking_of

SUFFIX = ".reveals"


class Revealed(msgspec.Struct, frozen=True):
    """One look at what is otherwise masked."""

    at: float
    by: str
    command: str
    run: str


async def masking(run: Run, url: str, command: str, *, reveals: bool) -> Masking:
    """Return how ``command`` shows a run: masked, or as it is once that is noted. Raises InputError if it cannot be."""
    if not reveals:
        return await masking_of(run)
    path = store_path(url)
    if path is None:
        raise InputError(f"expected a store that is a file, found {url}: there is nowhere to note who has looked")
    note = msgspec.json.encode(Revealed(time.time(), getpass.getuser(), command, run.id)) + b"\n"
    place = path.with_name(path.name + SUFFIX)
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, note)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"expected to note in {place} who looks, found {error.strerror}: nothing is shown") from error
    return SHOWS_ALL
