"""Policies out of their texts: parsed by Cedar, named, and checked against what the app declares."""

import re
from collections.abc import Iterable, Mapping, Sequence

import cedarpy
from cedarpy import pst

from holdfast.governance.policy.circumstances import CIRCUMSTANCES
from holdfast.governance.policy.declared import Declared, Source
from holdfast.governance.policy.nearest import nearest
from holdfast.governance.policy.policy import Policy, policy_of
from holdfast.governance.policy.schema import schema_of
from holdfast.governance.policy.shapes import record_of
from holdfast.kernel.errors import DefinitionError

_PREFIX = re.compile(r"^for policy `[^`]*`[:,] ")
_ACTION = re.compile(r'unrecognized action `Action::"(.*?)"`')
_ENTITY = re.compile(r'entity `(Agent|App)::"(.*?)"` is of an enumerated')
_ARGUMENT = re.compile(r'attribute `args\.(.*?)` in context for Action::"(.*?)" not found')
_CIRCUMSTANCE = re.compile(r'attribute `([^`.]*)` in context for Action::"(.*?)" not found')
_FOLLOWS = "unable to find an applicable action"
"""What Cedar says beside the error that an action is not known."""


def read_policies(declared: Declared, sources: Sequence[Source]) -> tuple[Policy, ...]:
    """Return the policies of all ``sources``, in order.

    Raises DefinitionError for what does not parse, for what names a tool, argument, agent or circumstance that there is
    not, with the nearest, and for an id that is there twice.
    """
    schema = cedarpy.Schema.from_str(schema_of(declared))
    found = dict[str, Policy]()
    for source in sources:
        names = dict[str, str]()
        for number, template in enumerate(_templates(source), start=1):
            name = template.annotations.get("id") or f"{source.name}#{number}"
            if name in found:
                raise DefinitionError(
                    f"expected every policy to have an @id of its own, found {name!r} in {found[name].source} and "
                    f"{source.name}"
                )
            found[name], names[template.id] = policy_of(name, source.name, template), name
        if not source.is_generated:
            _check(source, schema, names, declared)
    return tuple(found.values())


def _templates(source: Source) -> Iterable[pst.Template]:
    try:
        parsed = cedarpy.policies_to_pst(source.text)
    except ValueError as error:
        raise DefinitionError(f"{source.name}: expected policies in Cedar: {error}") from error
    if parsed.templates:
        raise DefinitionError(f"{source.name}: expected policies without ?principal and ?resource, found a template")
    return sorted(parsed.static_policies.values(), key=lambda each: int(each.id.removeprefix("policy")))


def _check(source: Source, schema: cedarpy.Schema, names: Mapping[str, str], declared: Declared) -> None:
    result = cedarpy.validate_policies(source.text, schema)
    if result.validation_passed:
        return
    said = dict[str, list[str]]()
    for each in result.errors:
        said.setdefault(names.get(each.policy_id, ""), []).append(_explained(each.error, declared))
    told = (f"{name}: {'; '.join(_without_echoes(problems))}" for name, problems in said.items())
    raise DefinitionError(f"{source.name} does not fit {declared.app}: {' · '.join(told)}")


def _without_echoes(problems: list[str]) -> list[str]:
    first = [problem for problem in problems if not problem.startswith(_FOLLOWS)]
    return list(dict.fromkeys(first or problems))


def _explained(error: str, declared: Declared) -> str:
    """Return what Cedar found wrong in the words of the app, with the name that was probably meant."""
    told = _PREFIX.sub("", error)
    if match := _ACTION.search(told):
        names = [tool.name for tool in declared.tools]
        groups = dict.fromkeys(group for tool in declared.tools for group in tool.groups)
        return f"there is no tool {match[1]!r}: {nearest(match[1], (*names, *groups))}"
    if match := _ENTITY.search(told):
        known = [agent.name for agent in declared.agents] if match[1] == "Agent" else [declared.app]
        return f"there is no {match[1].lower()} {match[2]!r}: {nearest(match[2], known)}"
    if match := _ARGUMENT.search(told):
        record = record_of(declared.tool(match[2]).parameters)
        if match[1] in record.unsaid:
            return f"no policy can speak of {match[2]}'s {match[1]}: Cedar has no type for it"
        return f"{match[2]} has no argument {match[1]!r}: {nearest(match[1], record.fields)}"
    if match := _CIRCUMSTANCE.search(told):
        return f"there is no context.{match[1]}: {nearest(match[1], ('args', *CIRCUMSTANCES))}"
    return told
