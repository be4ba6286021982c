"""An application that does all it can to spill its secrets, and a process that runs it until it is killed.

    python -m tests.runtime.leaky STORE FILE

Runs until the second call waits for ``FILE``, and then prints a line.
"""

import asyncio
import base64
import json
import os
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, quote_plus

from holdfast import Agent, App, Effect, IdempotencyKey, Runtime, Secret, ToolFailure, tool
from holdfast.flow import FunctionNode
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.secrets.grants import Grant, GrantedSecrets
from holdfast.integration.secrets.memory import MemoryVault
from holdfast.prompts.prompt import Prompt

CANARY = 'c4n4ry>>>>????/"7h3"+s3cr3t=värde'
FOUND = "AKIAQ3EGRZ5T2HW7XJ4M"
WAIT_SECONDS = 0.02
Canary = Annotated[Secret, "secret://canary"]


def encodings(value: str) -> dict[str, str]:
    """Return what a value looks like in each encoding, spelled out apart from how it is looked for."""
    body = value.encode()
    return {
        "raw": value,
        "json": json.dumps(value),
        "url": quote(value, safe=""),
        "path": quote(value),
        "form": quote_plus(value),
        "hex": body.hex(),
        "HEX": body.hex().upper(),
        "repr": repr(value),
        **{f"base64+{pad}": base64.b64encode(b"x" * pad + body + b"yz").decode() for pad in range(3)},
        **{f"urlsafe+{pad}": base64.urlsafe_b64encode(b"x" * pad + body + b"yz").decode() for pad in range(3)},
    }


def traces(value: str) -> list[bytes]:
    """Return what no trace of ``value`` may be without: the part of each encoding that is always the same."""
    found = [text.strip("\"'") for name, text in encodings(value).items() if not name.startswith(("base64", "urlsafe"))]
    for name, text in encodings(value).items():
        if name.startswith(("base64", "urlsafe")):
            found.append(text[4:-6])
    return sorted({text[:16].encode() for text in found})


@tool(effect=Effect.READ)
async def tell(how: str, *, canary: Canary) -> str:
    """Tell the secret.

    Args:
        how: In which encoding.
    """
    return f"it is {encodings(canary.reveal())[how]}, and {canary}"


@tool(effect=Effect.READ)
async def describe(*, canary: Canary) -> dict[str, object]:
    """Describe what there is."""
    return {"password": canary.reveal(), canary.reveal(): [canary.reveal().encode().hex()], "key": FOUND}


@tool(effect=Effect.READ)
async def fail(how: str, *, canary: Canary) -> int:
    """Fail, and tell why.

    Args:
        how: In which way.
    """
    value = canary.reveal()
    match how:
        case "definitely":
            raise ToolFailure(f"login as {value} failed", hint=f"not with {value!r}")
        case "by surprise":
            try:
                raise ConnectionRefusedError(f"https://app:{quote(value)}@db")
            except OSError as error:
                raise RuntimeError(f"cannot log in with {value!r}") from error
        case "at length":
            raise ToolFailure("x" * 590 + value)
        case "with a result":
            return value  # type: ignore[return-value]  # that is what is wrong with it
        case _:
            await asyncio.sleep(3_600)
            return 0


@tool(effect=Effect.UNSAFE)
async def lose(*, canary: Canary) -> str:
    """Lose the answer."""
    raise RuntimeError(f"sent with {canary.reveal()}, and then the line broke")


@tool(effect=Effect.KEYED)
async def use(secret: Secret, *, key: IdempotencyKey) -> str:
    """Use a secret.

    Args:
        secret: Which.
    """
    return f"used one of {len(secret.reveal())} characters: {secret.reveal()}"


@tool(effect=Effect.READ, timeout_seconds=60)
async def wait_for(path: str, *, canary: Canary) -> str:
    """Wait until there is a file.

    Args:
        path: Which.
    """
    sys.stdout.write("waits\n")
    sys.stdout.flush()
    while not await asyncio.to_thread(Path(path).exists):  # noqa: ASYNC110  # nobody tells of a file
        await asyncio.sleep(WAIT_SECONDS)
    return f"there it is: {canary.reveal()}"


TOOLS = (tell, describe, fail, lose, use, wait_for)
DESK = Agent("desk", Prompt("desk", "You are a desk."), "scripted", tools=TOOLS)
STEP = App("step", FunctionNode("step", "describe", input="{}"), functions=(describe,))


def patient(path: str) -> ScriptedModel:
    """A model that finds a key, waits, and then uses the key."""
    return ScriptedModel(
        [
            call("describe"),
            call("wait_for", {"path": path}),
            call("use", {"secret": "[secret:aws-key-1]"}),
            answer(f"done, and by the way: {CANARY}"),
        ]
    )


def vault() -> MemoryVault:
    """A vault that has the canary for whoever asks."""
    kept = MemoryVault()
    kept.put("canary", Grant(value=CANARY))
    return kept


def at_hand() -> GrantedSecrets:
    """A source whose secrets are known before anybody asks."""
    return GrantedSecrets({"canary": (Grant(value=CANARY),)})


async def run(store: str, path: str) -> None:
    """Begin a run, which never ends."""
    models = {"scripted": patient(path)}
    async with Runtime.open(f"sqlite:///{store}", models=models, secrets=[vault()], apps=[DESK]) as runtime:
        started = await runtime.start(DESK, "find the key, wait, use it")
        sys.stdout.write(f"{started.id}\n")
        await started.result()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2]))
    os._exit(0)
