"""The desk's agents: one takes a request apart, one for each kind of part, one corrects what is not supported."""

import enum

from pydantic import BaseModel, Field

from holdfast.apps.support.tools import (
    cancel_order,
    get_order,
    list_orders,
    refund,
    register_return,
    search_catalogue,
    search_policies,
)
from holdfast.execution.agent import Agent
from holdfast.integration.tools.contract import Tool
from holdfast.kernel.limits import Budget
from holdfast.prompts.prompt import shipped

OFFLINE = "offline:support"
"""The stand-in that is used where no language model is named."""
PARTS_MAX = 8
BUDGET = Budget(turns=12, tool_calls=30, tokens=200_000)


class Kind(enum.StrEnum):
    """Who takes care of a part."""

    ORDER = "order"
    RETURN = "return"
    RECOMMENDATION = "recommendation"
    POLICY = "policy"
    OTHER = "other"


class Part(BaseModel):
    """One thing that is asked."""

    kind: Kind
    request: str = Field(min_length=1, max_length=2_000)


class Parts(BaseModel):
    """What a message asks, in the order in which it is to be done."""

    parts: list[Part] = Field(min_length=1, max_length=PARTS_MAX)


def _specialist(name: str, *tools: Tool) -> Agent:
    return Agent(
        name,
        prompt=shipped(f"apps/support/{name}"),
        task=shipped("apps/support/part_task"),
        model=OFFLINE,
        tools=tools,
        budget=BUDGET,
    )


SORTER = Agent(
    "sorter",
    prompt=shipped("apps/support/sorter"),
    task=shipped("apps/support/sorter_task"),
    model=OFFLINE,
    output=Parts,
    budget=BUDGET,
)
ORDERS = _specialist("orders", list_orders, get_order, cancel_order)
RETURNS = _specialist("returns", list_orders, get_order, register_return, refund)
ADVISOR = _specialist("advisor", list_orders, get_order, search_catalogue)
POLICIES = _specialist("policies", search_policies)
REVISER = Agent(
    "reviser",
    prompt=shipped("apps/support/reviser"),
    task=shipped("apps/support/reviser_task"),
    model=OFFLINE,
    budget=BUDGET,
)
AGENTS = (SORTER, ORDERS, RETURNS, ADVISOR, POLICIES, REVISER)
