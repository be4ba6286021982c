"""Which policies can bear on one tool's calls by one agent: the others, however many, need not be looked at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace

import cedarpy
import msgspec
from cedarpy import pst

from holdfast.governance.policy.declared import DeclaredTool
from holdfast.governance.policy.policy import Policy
from holdfast.governance.policy.shapes import RecordOf, record_of
from holdfast.governance.verdict import Verdict

EVERYTHING = "*"
_CONTEXT = pst.Var("context")
_ARGUMENTS = pst.GetAttr(_CONTEXT, "args")


class Slice(msgspec.Struct, frozen=True):
    """What decides of a tool's calls by an agent, or by nodes."""

    policies: Mapping[str, Policy]
    """By id, in the order in which they are written."""
    parsed: cedarpy.PolicySet
    entities: cedarpy.Entities
    arguments: RecordOf
    read: frozenset[str]
    """What of the context its policies go by: ``args.NAME``, and circumstances by their names."""
    memo: dict[tuple[str, str], Verdict]
    """What was decided of a caller and a context: the same is decided again."""

    def reads(self, name: str) -> bool:
        """Whether a policy goes by ``name``."""
        return name in self.read or EVERYTHING in self.read


def cut(policies: Iterable[Policy], tool: DeclaredTool, agent: str | None) -> Slice:
    """Return the policies that can bear on calls of ``tool`` by ``agent``. None: by nodes."""
    actions = frozenset((tool.name, *tool.groups))
    bearing = {each.name: each for each in policies if _bears(each.template, actions, agent)}
    named = {name: replace(each.template, id=name) for name, each in bearing.items()}
    return Slice(
        bearing,
        cedarpy.PolicySet.from_pst(pst.PolicySet({}, named, ())),
        cedarpy.Entities.from_json_str(msgspec.json.encode(_entities(tool)).decode()),
        record_of(tool.parameters),
        frozenset(name for each in bearing.values() for clause in each.template.clauses for name in _read(clause.expr)),
        {},
    )


def _bears(template: pst.Template, actions: frozenset[str], agent: str | None) -> bool:
    match template.principal:
        case pst.ScopeEq(pst.EntityUid(pst.EntityType("Agent"), name)) if name != agent:
            return False
        case pst.ScopeIs(pst.EntityType("Agent")) if agent is None:
            return False
        case pst.ScopeEq(pst.EntityUid(pst.EntityType("Node"))) | pst.ScopeIs(pst.EntityType("Node")) if agent:
            return False
        case _:
            pass
    match template.action:
        case pst.ActionEq(entity):
            return entity.id in actions
        case pst.ActionIn(entities):
            return any(entity.id in actions for entity in entities)
        case _:
            return True


def _entities(tool: DeclaredTool) -> list[dict[str, object]]:
    parents = [{"type": "Action", "id": group} for group in tool.groups]
    return [{"uid": {"type": "Action", "id": tool.name}, "attrs": {}, "parents": parents}]


def _read(node: object) -> Iterator[str]:
    """Yield what ``node`` goes by; EVERYTHING where it takes the context, or all arguments, as one value."""
    match node:
        case pst.GetAttr(base, name) | pst.HasAttr(base, (name, *_)) if base == _ARGUMENTS:
            yield f"args.{name}"
        case pst.HasAttr(base, ("args", name, *_)) if base == _CONTEXT:
            yield f"args.{name}"
        case pst.GetAttr(base, name) | pst.HasAttr(base, (name, *_)) if base == _CONTEXT and name != "args":
            yield name
        case pst.Var("context") | pst.GetAttr(pst.Var("context"), _):
            yield EVERYTHING
        case tuple():
            for part in node:
                yield from _read(part)
        case Mapping():
            yield from _read(tuple(node.values()))
        case _ if is_dataclass(node):
            for field in fields(node):
                yield from _read(getattr(node, field.name))
        case _:
            pass
