"""One sentence asks for two things in an order: patterns say which, a run of each app does it; who is unsure asks."""

import asyncio

from holdfast import Agent, Prompt, Runtime
from holdfast.routing import ByModel, ByRules, InTurn, Route, Router, Rule, classifying_agent, front_door
from holdfast.testing import ScriptedModel, answer, answer_json

RULES = [
    Rule("return", r"\b(return|send .* back)\b", 0.9),
    Rule("recommend", r"\b(recommend|suggest)", 0.9),
]
INTENTS = {"return": "to give something back", "recommend": "to find the right thing"}
ROUTES = [
    Route("return", "returns", "sending something back"),
    Route("recommend", "advice", "finding the right thing"),
]
APPS = [
    Agent("returns", Prompt("returns", "You take things back."), "scripted"),
    Agent("advice", Prompt("advice", "You recommend."), "scripted"),
]
SMALL = classifying_agent("intent", INTENTS, "small")
SURE = {"intents": [{"intent": "return", "confidence": 0.95}], "why": "it does not fit"}
UNSURE: dict[str, object] = {"intents": [], "why": "it says too little"}


async def main() -> None:
    models = {
        "scripted": ScriptedModel([answer("the green one"), answer("here is the label"), answer("here is another")]),
        "small": ScriptedModel([answer_json(SURE), answer_json(UNSURE)]),
    }
    async with Runtime.open("memory:", apps=[*APPS, SMALL], models=models) as classifying:

        async def ask(text: str) -> object:
            return await (await classifying.start("intent", text)).result()

        rules = ByRules(RULES)
        router = Router(InTurn([rules, ByModel(ask, INTENTS)]), ROUTES, clauses_by=rules)
        desk = front_door("desk", router)
        async with Runtime.open("memory:", apps=[desk, *APPS], models=models) as runtime:
            run = await runtime.start("desk", "Return the blue shirt, but first recommend a green one")
            print(await run.result())

            run = await runtime.start("desk", "The boots pinch")  # no pattern knows: the model is asked
            print(await run.result())

            run = await runtime.start("desk", "Hello")  # the model is not sure either: the person is asked
            await run.wait()
            (asked,) = await run.questions()
            print(asked.question)
            await run.answer(asked.path, "something else", by="Ann")
            print(await run.result())


asyncio.run(main())
