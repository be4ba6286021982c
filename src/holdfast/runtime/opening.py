"""What is put around the drivers of a runtime that opens, and what is closed when it ends."""

import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from holdfast.governance.allowance import Allowance
from holdfast.integration.secrets.port import SecretSource
from holdfast.journal.beginnings import Beginnings
from holdfast.journal.live import Live
from holdfast.journal.port import Store
from holdfast.kernel.clock import Clock
from holdfast.kernel.randomness import Randomness
from holdfast.orchestration.driving.driver import Surroundings
from holdfast.orchestration.driving.equipment import Equipped
from holdfast.runtime.alerting import Listener
from holdfast.runtime.allowances.admission import purses_of
from holdfast.runtime.kin import LocalKin
from holdfast.runtime.models.finding import NamedModels
from holdfast.runtime.secrets.sources import secrets_for
from holdfast.runtime.serving import only


@asynccontextmanager
async def closing(*parts: Equipped | NamedModels | Store) -> AsyncIterator[None]:
    """Close the parts once the block has ended; of several failures that came together, raise the one that says why."""
    failure: BaseException | None = None
    try:
        yield
    except BaseExceptionGroup as failures:
        failure = only(failures)
    finally:
        for part in parts:
            await part.close()
    if failure is not None:
        raise failure


def surroundings(
    store: Store,
    clock: Clock,
    randomness: Randomness,
    kin: LocalKin,
    allowances: Sequence[Allowance] | None,
    alert: Listener,
    secrets: Sequence[SecretSource] | None,
) -> Surroundings:
    """Return what drivers have around them; the worker's name tells host, process, and others of its number apart."""
    purses, known = purses_of(allowances, clock, alert), secrets_for(secrets, store, randomness, os.environ)
    worker = f"{socket.gethostname()}:{os.getpid()}:{randomness.bytes(4).hex()}"
    shared = Live(), worker, kin, Beginnings(), purses, alert
    return Surroundings(store, clock, randomness, *shared, secrets=known)
