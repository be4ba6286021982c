"""A run asks a person, leaves memory, and goes on in another process with what was decided.

Three runtimes on one store, one after the other, as three processes would be: one asks, one answers, one goes on.
"""

import asyncio

from holdfast import App, Effect, Runtime, tool
from holdfast.flow import Branch, Case, DecisionNode, FunctionNode, Option, Sequence

STORE = "sqlite:///decisions.db"


@tool(effect=Effect.PURE)
def draft(topic: str) -> str:
    """Write a draft."""
    return f"Dear all, {topic}."


@tool(effect=Effect.UNSAFE)
def send(text: str) -> str:
    """Send it to everybody: nothing brings it back."""
    return f"sent: {text}"


flow = Sequence(
    "announce",
    steps=(
        FunctionNode("text", "draft", input="{'topic': input}"),
        DecisionNode(
            "ask",
            question="'Send this to everybody? ' + text",
            options=(Option("send", impact="'everybody reads it'"), Option("drop", impact="'nobody does'")),
            deadline_seconds=24 * 3600,
            at_deadline="drop",
        ),
        Branch("then", cases=(Case("ask.choice == 'send'", FunctionNode("sent", "send", input="{'text': text}")),)),
    ),
)
APP = App("announce", flow, functions=(draft, send))


async def main() -> None:
    async with Runtime.open(STORE, apps=[APP]) as runtime:
        run = await runtime.start("announce", "the canteen is closed")
        print(f"parked: {(await run.wait()).parked}")

    async with Runtime.open(STORE, drives=False) as runtime:
        run = await runtime.run(run.id)
        (question,) = await run.questions()
        print(question.question, *(f"\n  {option.name}: {option.impact}" for option in question.options))
        await run.answer(question.path, "send", by="Ann", note="it is")

    async with Runtime.open(STORE, apps=[APP]) as runtime:
        run = await runtime.run(run.id)
        print(await run.result())


asyncio.run(main())
