"""Makes the app at the front door: routes what comes in, and begins a run of the app that each part is for."""

import msgspec

from holdfast.integration.tools.contract import Tool, tool
from holdfast.intent.route import Routed, Router
from holdfast.kernel.effects import Effect
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import (
    Branch,
    Case,
    ChildNode,
    DecisionNode,
    FunctionNode,
    Join,
    Map,
    Node,
    Sequence,
)

SOMETHING_ELSE = "something else"


def routing_function(router: Router, name: str = "route") -> Tool:
    """Return ``router`` as a function for a flow: it takes a ``text``, and gives ``parts`` and ``waves`` of them."""

    @tool(name=name, effect=Effect.READ)
    async def route(text: str) -> dict[str, object]:
        """Say where a request goes."""
        return as_json(await router.route(text))

    return route


def front_door(name: str, router: Router, *, answer_seconds_max: float | None = None) -> App:
    """Return an app whose runs take a text and begin runs of the apps of ``router``, a run for each part.

    What is said to come after something waits for it, and is not begun if all it waits for failed; all else runs at
    once. Who is unsure asks the person (a decision, answered within ``answer_seconds_max``); whatever is then about
    something else goes nowhere. Its value is a list of waves of results.
    """
    routes = router.routes.values()
    by_app = {app: app for app in [*(route.app for route in routes), *filter(None, (router.default,))]}
    cases = tuple(Case(f"item.app == {app!r}", ChildNode(app, app, input="item.text")) for app in by_app)
    to = Branch("to", cases, _ask(router, answer_seconds_max))
    flow = Sequence(
        name,
        (
            FunctionNode("routed", "route", input="{'text': input}"),
            Map(
                "waves",
                over="routed.waves",
                at_once_max=1,
                do=Map("parts", over="item", join=Join.BEST_EFFORT, do=to),
            ),
        ),
    )
    return App(name, flow, functions=(routing_function(router),))


def as_json(routed: Routed) -> dict[str, object]:
    """Return ``routed`` as a flow sees it."""
    return {"parts": msgspec.to_builtins(routed.parts), "waves": msgspec.to_builtins(routed.waves)}


def _ask(router: Router, answer_seconds_max: float | None) -> Node:
    """Return what asks which intent was meant, and goes there."""
    options = tuple(route.about for route in router.routes.values())
    asked = DecisionNode(
        "which",
        "item.question",
        options=(*options, SOMETHING_ELSE),
        details="item.text",
        deadline_seconds=answer_seconds_max,
        at_deadline=SOMETHING_ELSE if answer_seconds_max is not None else None,
    )
    cases = tuple(
        Case(f"which.choice == {route.about!r}", ChildNode(route.intent, route.app, input="item.text"))
        for route in router.routes.values()
    )
    return Sequence("asked", (asked, Branch("chosen", cases)))
