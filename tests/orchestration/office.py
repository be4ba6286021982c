"""An office that hands out tasks: workers who do as their task says, and an orchestrator on a script."""

from dataclasses import dataclass, field
from typing import Any

from holdfast.delegation import Answer, Done, Failed, NeedsHuman, Orchestrator, Report, Worker, delegate
from holdfast.integration.gateway.lines import Say, answer_json
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.effects import Effect
from holdfast.kernel.retry import Retry
from holdfast.orchestration.application.app import App
from holdfast.prompts.prompt import Prompt
from tests.runtime.stage import SCRIPTED

CHIEF = Orchestrator(prompt=Prompt("chief", "You run an office."), model=SCRIPTED)
PLAN = "office/rounds[1]/plan"


@dataclass(frozen=True)
class Errand:
    """What a clerk is to do, and how that goes."""

    what: str
    goes: tuple[str, ...] = ("well",)
    """How one try after the other goes: well, badly, for_good, asks, insists; the last for all that follow."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Receipt:
    """What a clerk gives."""

    bought: str


@dataclass
class Shop:
    """Where the clerks go, and what they did there."""

    clock: VirtualClock
    tries: dict[str, int] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    told: list[Answer] = field(default_factory=list)

    async def run(self, task: Errand, answer: Answer | None) -> Report[Receipt]:
        """Go to the shop."""
        self.tries[task.what] = count = self.tries.get(task.what, 0) + 1
        if task.seconds:
            await self.clock.sleep(task.seconds)
        if answer is not None and "insists" not in task.goes:
            self.told.append(answer)
            return self._bought(f"{task.what} in {answer.choice}")
        match task.goes[min(count, len(task.goes)) - 1]:
            case "badly":
                return Failed("the shop is closed", retryable=True)
            case "for_good":
                return Failed("they do not have it")
            case "asks" | "insists":
                return NeedsHuman("Which colour?", ("blue", "green"), {"price": 3})
            case _:
                return self._bought(task.what)

    def _bought(self, what: str) -> Done[Receipt]:
        self.done.append(what)
        return Done(Receipt(what))


def buyer(shop: Shop, **changes: Any) -> Worker[Errand, Receipt]:
    """Return a worker who goes to ``shop``."""
    declared = {
        "name": "buyer",
        "about": "buys things",
        "input": Errand,
        "output": Receipt,
        "function": shop.run,
        "effect": Effect.READ,
        "timeout_seconds": 10_000.0,
        "retry": Retry(attempts_max=3, seconds_first=10),
    }
    return Worker(**{**declared, **changes})


def office(*workers: Any, **changes: Any) -> App:
    """Return an app that hands out tasks to ``workers``."""
    return delegate("office", CHIEF, workers, **changes)


def errand(what: str, *goes: str, **more: object) -> dict[str, object]:
    """Return a task for the buyer."""
    return {"worker": "buyer", "arguments": {"what": what, "goes": list(goes) or ["well"], **more}}


def plan(*tasks: dict[str, object]) -> Say:
    """Return what an orchestrator says that hands out ``tasks``."""
    return answer_json({"tasks": list(tasks)})
