"""What every node of a flow has. Pure."""

import msgspec

from holdfast.kernel.limits import Budget

AT_ONCE_MAX = 8


class FlowNode(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="node"):
    """What every node has. The closed union is ``Node``."""

    name: str


class Spending(FlowNode, frozen=True, omit_defaults=True, kw_only=True):
    """A node that models, or runs of other apps, are paid for."""

    share: float | Budget | None = None
    """The most that it, and all below it, may spend: as a part of what encloses it may, above 0 and at most 1, or in
    tokens, dollars, turns and tool calls. It is a limit and sets nothing aside: what encloses it may be used up first.
    """
