"""The assistant in a process of its own, which kills itself at the point it is told to.

    python -m tests.apps.meeting.preparer FOLDER KILL_AT

Starts to prepare a meeting of the company in FOLDER, or goes on with it, and prints how many points it passed. With
KILL_AT above 0 it ends itself with SIGKILL when it reaches that point, counted over all fault points.
"""

import asyncio
import itertools
import os
import signal
import sys
from pathlib import Path

from holdfast.runtime import Runtime
from tests.apps.meeting.firm import APPS, OPERATIONS


async def prepare(folder: Path, kill_at: int) -> None:
    """Run the assistant to its end, or to the point where it dies."""
    points = itertools.count(1)
    reached = 0

    def reach(_point: str) -> None:
        nonlocal reached
        reached = next(points)  # its own: points are reached in several threads
        if reached == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    given = {"request": OPERATIONS, "company": str(folder / "company.db"), "folder": str(folder / "out")}
    async with Runtime.open(f"sqlite:///{folder / 'runs.db'}", apps=APPS, reach=reach) as runtime:
        run = await runtime.start("meeting", given, request_id="the one meeting")
        await run.result()
    print(reached)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(prepare(Path(sys.argv[1]), int(sys.argv[2])))
