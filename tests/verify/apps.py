"""Tools, agents and short ways to make apps for the verifier's tests."""

import itertools
from typing import Any, Literal

from pydantic import BaseModel

from holdfast import Agent, App, Effect, IdempotencyKey, tool
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.orchestration.flow.nodes import FunctionNode, Node, ToolNode
from holdfast.prompts.prompt import Prompt
from holdfast.runtime.policies import uses_for
from holdfast.verify.bounds import DEFAULT, Bounds
from holdfast.verify.report import Check, Report
from holdfast.verify.verifying import Verifier

Mood = Literal["calm", "angry"]


class Opinion(BaseModel):
    """What somebody thinks."""

    mood: Mood
    score: int
    reason: str | None


@tool(effect=Effect.READ)
def look(what: str = "") -> str:
    """Look at something."""
    return what


@tool(effect=Effect.READ)
def judge() -> Opinion:
    """Say what to think of it."""
    return Opinion(mood="calm", score=1, reason=None)


@tool(effect=Effect.READ)
def flag() -> bool:
    """Say yes or no."""
    return True


@tool(effect=Effect.READ)
def gather() -> list[str]:
    """Give a few things."""
    return []


@tool(effect=Effect.KEYED)
def unbook(what: str = "", *, key: IdempotencyKey) -> str:
    """Take a booking back."""
    return what


@tool(effect=Effect.KEYED, undo=unbook)
def book(what: str = "", *, key: IdempotencyKey) -> str:
    """Book something."""
    return what


@tool(effect=Effect.KEYED)
def pay(what: str = "", *, key: IdempotencyKey) -> str:
    """Pay, for good."""
    return what


@tool(effect=Effect.KEYED, ask_when="True")
def pay_asked(what: str = "", *, key: IdempotencyKey) -> str:
    """Pay, for good, once somebody has said yes."""
    return what


@tool(effect=Effect.KEYED)
def drop(what: str = "", *, key: IdempotencyKey) -> str:
    """Keep something no longer."""
    return what


@tool(effect=Effect.KEYED)
def keep(what: str = "", *, key: IdempotencyKey) -> str:
    """Keep something."""
    return what


KEEPING = (look, keep, drop)


def call(name: str, function: str = "look", text: str = "{}", **more: Any) -> FunctionNode:
    """Return a leaf that calls a function."""
    return FunctionNode(name, function, input=text, **more)


def use(name: str, called: str = "pay", **more: Any) -> ToolNode:
    """Return a leaf that calls a tool."""
    return ToolNode(name, called, input="{}", **more)


def agent(name: str, *tools: Any, **more: Any) -> Agent:
    """Return an agent with these tools."""
    return Agent(**{"name": name, "prompt": Prompt("desk", "You are a desk."), "model": "m", "tools": tools, **more})


def app(flow: Node, **more: Any) -> App:
    """Return an app that runs ``flow``, with every function and tool there is."""
    declared = {"functions": (look, judge, flag, gather), "tools": (book, pay, pay_asked), "input": object}
    return App(flow.name, flow, **{**declared, **more})


def verified(given: App, *others: App, bounds: Bounds = DEFAULT) -> Report:
    """Return what the verifier says of ``given``; ``others`` are the apps of which it may begin runs."""
    ticks = itertools.count()
    catalogue = Catalogue((given, *others))
    return Verifier(catalogue.find, lambda: next(ticks) / 1_000, uses_for, bounds=bounds).verify(given)


def check_of(report: Report, name: str) -> Check:
    """Return the check called ``name``."""
    return next(check for check in report.checks if check.id == name)
