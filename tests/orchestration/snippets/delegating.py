"""What the types of a delegation let pass and what not: checked by mypy from a test, and never run."""

from holdfast import Agent, App, Prompt
from holdfast.delegation import Answer, Department, Done, Failed, NeedsHuman, Orchestrator, Report, Worker, delegate
from holdfast.flow import AgentNode


async def length(task: str, answer: Answer | None) -> Report[int]:
    if answer is None:
        return NeedsHuman("Which?")
    return Done(len(task)) if task else Failed("it is empty")


async def shout(task: str, answer: Answer | None) -> Report[str]:
    return Done(task.upper())


PROMPT = Prompt("p", "P.")
CHIEF = Orchestrator(prompt=PROMPT, model="large")
COUNTER = Worker(name="counter", about="counts", input=str, output=int, function=length)
CLERK = Agent("clerk", prompt=PROMPT, model="large")
FLOW = AgentNode("desk", "clerk")
DESK = App("desk", FLOW, agents=(CLERK,))

good = delegate("good", CHIEF, [COUNTER, Department(app=DESK, about="does it")])

armed = Orchestrator(prompt=PROMPT, model="large", tools=(CLERK,))  # refused: call-arg
acting = delegate("acting", CLERK, [COUNTER])  # refused: arg-type
planning = delegate("planning", CHIEF, [CHIEF])  # refused: list-item
flowing = Worker(name="flowing", about="plans", input=str, output=int, flow=FLOW)  # refused: call-arg
nested = Worker(name="nested", about="plans", input=str, output=int, agent=CHIEF)  # refused: arg-type
other = Worker(name="other", about="shouts", input=str, output=int, function=shout)  # refused: arg-type
