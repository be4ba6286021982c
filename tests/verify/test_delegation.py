"""A delegation and its workers hold what is checked as they are made: nobody has to run them unverified."""

from dataclasses import dataclass

import pytest

from holdfast import Agent, App, Budget, Effect, Prompt
from holdfast.delegation import Answer, Done, NeedsHuman, Orchestrator, Report, Worker, delegate
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.runtime.verifying import verify


@dataclass(frozen=True)
class Parcel:
    number: int


@dataclass(frozen=True)
class Place:
    town: str


async def find(task: Parcel, answer: Answer | None) -> Report[Place]:
    """Look where a parcel is."""
    return NeedsHuman("Which depot is it in?") if answer is None else Done(Place(answer.choice))


CLERK = Agent("clerk", prompt=Prompt("clerk", "You look up parcel {{ task.number }}."), model="large")
CHIEF = Orchestrator(prompt=Prompt("chief", "You find out what customers ask."), model="large")
BUDGET = Budget(turns=100)
finder = Worker(name="finder", about="finds", input=Parcel, output=Place, function=find, effect=Effect.READ)
reader = Worker(name="reader", about="reads", input=Parcel, output=Place, agent=CLERK, budget=BUDGET)
desk = delegate("desk", CHIEF, [finder, reader], rounds_max=2, budget=BUDGET)


@pytest.mark.parametrize("app", [finder.app, reader.app, desk], ids=lambda app: app.name)
def test_what_is_made_for_a_delegation_holds(app: App) -> None:
    report = verify(app, catalogue=Catalogue((desk, finder.app, reader.app)))
    assert [(check.id, found.told) for check in report.checks for found in check.violations] == []
    assert report.verdict == "holds"
