"""An operation of an OpenAPI document as a tool: its answer is lost, it is sent again under its key, one refund."""

import asyncio
import json
import tempfile
from pathlib import Path

from holdfast import Agent, Bearer, Effect, Prompt, Runtime, openapi
from holdfast.testing import Grant, MemoryVault, ScriptedModel, answer, call
from holdfast.testing.http import Answer, HangUp, Request, served

DOCUMENT = """
openapi: 3.1.0
paths:
  /orders/{order_id}/refunds:
    post:
      operationId: createRefund
      summary: Pay money back.
      parameters:
        - {name: order_id, in: path, required: true, schema: {type: string}}
        - {name: Idempotency-Key, in: header, schema: {type: string}}
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, properties: {amount: {type: number}}}}}
      responses: {"201": {description: paid}}
"""
paid: dict[str, object] = {}


async def shop(request: Request) -> Answer:
    print("asked", request.method, request.url)
    is_new = request.header("idempotency-key") not in paid
    paid[request.header("idempotency-key")] = json.loads(request.body)
    if is_new:
        raise HangUp  # it is paid, and nobody learns of it
    return Answer(201)


async def main() -> None:
    vault = MemoryVault()
    vault.put("shop-token", Grant(value="t0ken-of-the-shop", servers=("shop",)))
    model = ScriptedModel(
        [call("shop__create_refund", {"order_id": "7", "body": {"amount": 5}}), answer("Paid back, once.")]
    )
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "shop.yaml"
        document.write_text(DOCUMENT, encoding="utf-8")
        async with served(shop) as url:
            api = openapi("shop", document, base_url=url, auth=Bearer("shop-token"))
            tools = [api.tool("createRefund", effect=Effect.KEYED)]
            desk = Agent("desk", prompt=Prompt("desk", "Help the customer."), model="scripted", tools=tools)
            async with Runtime.open("memory:", models={"scripted": model}, secrets=[vault]) as runtime:
                run = await runtime.start(desk, "Refund 5 on order 7.")
                print(await run.result(), list(paid.values()))


asyncio.run(main())
