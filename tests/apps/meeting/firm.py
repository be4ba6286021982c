"""A company of its own for a test, and what the assistant makes of its meetings."""

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.apps.meeting.analysts.application import financial, incidents, shipping
from holdfast.apps.meeting.application import app
from holdfast.apps.meeting.briefing.model import Analyst, Briefing, Section
from holdfast.apps.meeting.charts.application import app as charts
from holdfast.apps.meeting.collectors.application import app as collector
from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.company.founding import found
from holdfast.apps.meeting.company.story import Story
from holdfast.integration.gateway.port import Model
from holdfast.journal.fold.state import RunState
from holdfast.orchestration.application.app import App
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime

APPS = (app, financial, shipping, incidents, collector, charts)
OPERATIONS = "Prepare Monday's operations meeting"


@dataclass(frozen=True)
class Firm:
    """A company, what is true of it, and a runtime that prepares its meetings."""

    runtime: Runtime
    folder: Path
    story: Story

    @property
    def company(self) -> Company:
        return Company(self.folder / "company.db")

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def request(self, request: str = OPERATIONS, **more: object) -> dict[str, object]:
        """Return the input of a run."""
        return {"request": request, "company": str(self.company.path), "folder": str(self.out), **more}

    async def begin(self, request: str = OPERATIONS, **more: object) -> Run:
        """Begin to prepare a meeting."""
        return await self.runtime.start("meeting", self.request(request, **more))

    async def prepared(self, request: str = OPERATIONS, **more: object) -> tuple[RunState, Briefing]:
        """Return how the preparation of a meeting ended, and its briefing."""
        run = await self.begin(request, **more)
        state = await run.wait()
        return state, Briefing.model_validate(await run.value(state))

    async def family(self, run: str) -> list[RunState]:
        """Return the state of a run and of all below it, each before its own."""
        state = await (await self.runtime.run(run)).state()
        below = [await self.family(child) for child in state.children]
        return [state, *(each for branch in below for each in branch)]

    def asked(self, statement: str, *values: object) -> object:
        """Return the only value of a query of the test's own."""
        with closing(sqlite3.connect(self.company.path)) as file:
            return file.execute(statement, values).fetchone()[0]


def section(briefing: Briefing, analyst: Analyst) -> Section:
    """Return what one analyst has to say."""
    (found,) = (each for each in briefing.sections if each.analyst is analyst)
    return found


def told(briefing: Briefing, analyst: Analyst) -> str:
    """Return the points of one analyst as one text."""
    report = section(briefing, analyst).report
    return "" if report is None else "\n".join(point.text for point in report.points)


@asynccontextmanager
async def open_firm(
    folder: Path,
    seed: int = 2,
    *,
    store: str = "memory:",
    models: Mapping[str, Model] | None = None,
    others: Sequence[App] = (),
) -> AsyncIterator[Firm]:
    """Open a company and a runtime. ``models`` take the stand-in's place, by the agent's name."""
    path = folder / "company.db"
    story = found(path, seed)
    apps = [_with(app, models or {}) for app in APPS]
    scripted = {f"model-of-{agent}": model for agent, model in (models or {}).items()}
    async with Runtime.open(store, apps=[*apps, *others], models=scripted) as runtime:
        yield Firm(runtime, folder, story)


def _with(app: App, models: Mapping[str, Model]) -> App:
    """Return ``app`` with other models for the agents that are named."""
    agents = [replace(agent, model=f"model-of-{agent.name}") if agent.name in models else agent for agent in app.agents]
    return replace(app, agents=agents) if agents != list(app.agents) else app
