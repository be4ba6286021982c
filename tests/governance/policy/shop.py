"""A shop to write policies for: an agent that refunds and looks, another that recommends."""

from msgspec.structs import replace

from holdfast.governance.policy.deciding import Policies
from holdfast.governance.policy.declared import Declared, DeclaredAgent, DeclaredTool, Source
from holdfast.governance.policy.rules import rules_of
from holdfast.governance.verdict import CallRequest
from holdfast.kernel.effects import IRREVERSIBLE, Effect
from holdfast.kernel.provenance import Trust

MONEY = {"anyOf": [{"type": "number"}, {"type": "string"}]}
NOTE = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
REFUND = DeclaredTool(
    name="refund",
    effect=Effect.KEYED,
    reversibility=IRREVERSIBLE,
    parameters={
        "properties": {
            "order_id": {"type": "string"},
            "amount": MONEY,
            "note": NOTE,
            "confidence": {"type": "number", "default": 1.0},
            "extra": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}},
        },
        "required": ["order_id", "amount"],
    },
    permission="payments",
)
LABEL = DeclaredTool(
    name="label",
    effect=Effect.KEYED,
    reversibility="unlabel",
    parameters={"properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
)
LOOK = DeclaredTool(
    name="look",
    effect=Effect.READ,
    reversibility=None,
    parameters={"properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
    server="orders",
)
DESK = DeclaredAgent(name="desk", tools=("refund", "label", "look"))
CLERK = DeclaredAgent(name="clerk", tools=("look",))
SHOP = Declared(app="shop", tools=(REFUND, LABEL, LOOK), agents=(DESK, CLERK))


def policies(text: str | None = None, declared: Declared = SHOP) -> Policies:
    """The policies of the shop: what it declares, and a file with ``text``."""
    files = () if text is None else (Source("shop.cedar", text),)
    return Policies(declared, (*rules_of(declared, has_files=bool(files)), *files))


def with_tool(tool: DeclaredTool) -> Declared:
    """The shop with another kind of refund."""
    return replace(SHOP, tools=(tool, LABEL, LOOK))


def with_desk(agent: DeclaredAgent) -> Declared:
    """The shop with another kind of desk."""
    return replace(SHOP, agents=(agent, CLERK))


def request(tool: DeclaredTool = REFUND, **said: object) -> CallRequest:
    """A call of the desk's, for 20 dollars unless told otherwise."""
    arguments: dict[str, object] = {"order_id": "4711"}
    if tool.name == "refund":
        arguments |= {"amount": 20, "note": None, "confidence": 1.0, "extra": {}}
    asked = CallRequest(
        tool=tool.name,
        arguments=arguments,
        effect=tool.effect,
        reversibility=tool.reversibility,
        app="shop",
        node="shop/desk",
        agent="desk",
        trust=Trust.USER,
    )
    return replace(asked, **said)


def refund_of(amount: object, **said: object) -> CallRequest:
    """The desk's call to refund ``amount``."""
    return request(arguments={**request().arguments, "amount": amount, **said})
