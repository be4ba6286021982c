"""A process is killed with SIGKILL in the middle of a run; the next one goes on, and no finished step runs twice.

Called without arguments it starts itself as a child, kills the child once two of five steps are done, and resumes.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from holdfast import Agent, Effect, IdempotencyKey, Prompt, Runtime, tool
from holdfast.testing import ScriptedModel, answer, call

STORE, DONE = "sqlite:///steps.db", Path("steps.txt")
LAST_STEP, KILLED_AFTER = 5, 2


@tool(effect=Effect.KEYED)
def work(step: int, *, key: IdempotencyKey) -> str:
    """Do one step; what is done is written down outside, as a service would."""
    if step > KILLED_AFTER and "child" in sys.argv:
        print("waiting to be killed", flush=True)
        time.sleep(3600)
    with DONE.open("a") as done:
        done.write(f"step {step}\n")
    return "done"


worker = Agent("worker", prompt=Prompt("worker", "You do five steps."), model="scripted", tools=[work])
script = [*(call("work", {"step": step}) for step in range(1, LAST_STEP + 1)), answer("all five are done")]


async def main() -> None:
    async with Runtime.open(STORE, models={"scripted": ScriptedModel(script)}) as runtime:
        run = await runtime.start(worker, "go", request_id="the-job")  # the same request twice is one run
        print(await run.result())
        print(f"driven by {(await run.state()).drivers} processes")


if "child" in sys.argv:
    asyncio.run(main())
else:
    os.chdir(tempfile.mkdtemp())
    child = subprocess.Popen([sys.executable, __file__, "child"], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    print(child.stdout.readline().strip())
    child.kill()
    child.communicate()
    print(f"killed after: {DONE.read_text().split(chr(10))[:-1]}")
    asyncio.run(main())
    assert DONE.read_text() == "".join(f"step {step}\n" for step in range(1, LAST_STEP + 1))
