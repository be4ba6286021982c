"""What every node of a flow has. Pure."""

import msgspec

AT_ONCE_MAX = 8


class FlowNode(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="node"):
    """What every node has. The closed union is ``Node``."""

    name: str
