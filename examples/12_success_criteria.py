"""A draft without sources does not pass: it is revised by the same model, told what is missing, and then accepted.

The criterion is data; the run is COMPLETE only when it holds, or when a person says that it will do.
"""

import asyncio

from holdfast import Agent, App, Prompt, Runtime
from holdfast.flow import AgentNode, Criterion, Review
from holdfast.testing import ScriptedModel, answer_json

Draft = dict[str, str | list[str]]

writer = Agent("writer", prompt=Prompt("writer", "You write briefs."), model="scripted", output=Draft)
editor = Agent(
    "editor",
    prompt=Prompt("editor", "You mend briefs."),
    task=Prompt("editor_task", "Mend this: {{ unmet }}\n\n{{ draft }}"),
    model="scripted",
    output=Draft,
)
app = App(
    "brief",
    AgentNode("brief", "writer"),
    agents=(writer, editor),
    review=Review(
        criteria=(Criterion("cites_sources", "len(result.sources) > 0", otherwise="cite at least one source"),),
        revise=AgentNode("mend", "editor", input="{'draft': result.text, 'unmet': unmet}"),
        rounds_max=2,
    ),
)
model = ScriptedModel(
    {
        "brief": [answer_json({"text": "The tide comes twice a day.", "sources": []})],
        "brief/review.1/revise": [answer_json({"text": "The tide comes twice a day.", "sources": ["almanac"]})],
    }
)


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": model}) as runtime:
        run = await runtime.start(app, "When does the tide come?")
        print(await run.result())
        for review in (await run.state()).reviews:
            print(review.node, "unmet:", ", ".join(review.unmet) or "nothing")


asyncio.run(main())
