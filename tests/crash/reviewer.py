"""A review in a process of its own, which kills itself at the point it is told to.

    python -m tests.crash.reviewer STORE FOLDER KILL_AT

Starts the review of FOLDER, or goes on with it, and prints its findings and the points it passed. With KILL_AT above 0
it ends itself with SIGKILL when it reaches that point, counted over all fault points.
"""

import asyncio
import itertools
import json
import os
import signal
import sys

from holdfast import Runtime


async def review(store: str, folder: str, kill_at: int) -> None:
    """Run the review to its end, or to the point where it dies."""
    points = itertools.count(1)
    reached = 0

    def reach(_point: str) -> None:
        nonlocal reached
        number = next(points)  # its own: points are reached in several threads
        reached = number
        if number == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    async with Runtime.open(f"sqlite:///{store}", reach=reach) as runtime:
        run = await runtime.start("review", {"path": folder}, request_id="the one review")
        result = await run.result()
    assert isinstance(result, dict)
    print(json.dumps({"run": run.id, "points": reached, "findings": result["findings"]}))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(review(sys.argv[1], sys.argv[2], int(sys.argv[3])))
