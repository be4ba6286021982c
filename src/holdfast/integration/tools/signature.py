"""What a function's signature says of the tool made of it: which parameters a model fills in, which are injected."""

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, NewType, TypeVar

from holdfast.integration.secrets.secret import NAME, SCHEME, Secret
from holdfast.kernel.errors import DefinitionError

T = TypeVar("T")

IdempotencyKey = NewType("IdempotencyKey", str)
"""The annotation of a keyword-only parameter that is handed the key under which the effect is sent."""

PROVIDED = object()
"""Marks what a run hands in."""

Provided = Annotated[T, PROVIDED]
"""The annotation of a keyword-only parameter that is handed the run's resource of type ``T``."""

REQUIRED = object()
"""The default of a parameter that has none."""

_SECTION = re.compile(r"^(Args|Arguments|Returns|Raises|Yields|Examples?|Notes?):\s*$", re.MULTILINE)
_ARGUMENT = re.compile(r"^(\w+)(?: \([^)]*\))?:\s+(.*)$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that the model fills in."""

    name: str
    annotation: object
    default: object
    description: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A tool's function as others see it."""

    description: str
    parameters: tuple[Parameter, ...]
    key: str | None
    """The parameter that takes the idempotency key."""
    provided: Mapping[str, type]
    """Parameters that take a resource of the run, and its type."""
    returns: object
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Parameters that take a secret, and its name."""

    @property
    def named_secrets(self) -> frozenset[str]:
        """The parameters for which the model names a secret that it was shown a reference to."""
        return frozenset(each.name for each in self.parameters if _is_secret(each.annotation))


def read_signature(function: Callable[..., object], name: str) -> Signature:
    """Return what ``function`` says of itself. Raises DefinitionError where a tool needs it to say more."""
    hints = _hints(function, name)
    description, described = _documentation(function, name)
    asked, keys, provided, secrets = list[Parameter](), list[str](), dict[str, type](), dict[str, str]()
    for parameter in inspect.signature(function).parameters.values():
        annotation = _annotation(parameter, hints, name)
        if annotation is IdempotencyKey:
            keys.append(_injected(parameter, name))
        elif any(mark is PROVIDED for mark in getattr(annotation, "__metadata__", ())):
            provided[_injected(parameter, name)] = _resource_type(annotation, parameter, name)
        elif (secret := secret_name(annotation, name)) is not None:
            secrets[_injected(parameter, name)] = secret
        elif _hides_injected(annotation):
            raise DefinitionError(
                f"tool {name}: parameter {parameter.name!r} hides an injected type inside another, so the model would "
                "be asked for it: annotate it IdempotencyKey, Secret or Provided[...] and nothing around it"
            )
        else:
            default = REQUIRED if parameter.default is inspect.Parameter.empty else parameter.default
            asked.append(Parameter(parameter.name, annotation, default, described.get(parameter.name, "")))
    if len(keys) > 1:
        raise DefinitionError(f"tool {name}: expected one IdempotencyKey parameter, found {', '.join(keys)}: keep one")
    if "return" not in hints:
        raise DefinitionError(f"tool {name}: its return type is not annotated: results are checked against it")
    return Signature(description, tuple(asked), keys[0] if keys else None, provided, hints["return"], secrets)


def parameters_of(function: Callable[..., object], name: str) -> dict[str, object]:
    """Return the annotation of each parameter of ``function``; None where it has none."""
    hints = _hints(function, name)
    return {parameter: hints.get(parameter) for parameter in inspect.signature(function).parameters}


def provided_type(annotation: object) -> type | None:
    """Return the type of the resource that a parameter so annotated is handed; None if it is handed none."""
    if not any(mark is PROVIDED for mark in getattr(annotation, "__metadata__", ())):
        return None
    wanted: object = typing.get_args(annotation)[0]
    return wanted if isinstance(wanted, type) else None


def secret_name(annotation: object, tool: str) -> str | None:
    """Return the name of the secret that a parameter so annotated is handed; None if it is handed none.

    Raises DefinitionError for a name that no secret can have.
    """
    metadata = getattr(annotation, "__metadata__", ())
    named = [mark for mark in metadata if isinstance(mark, str) and mark.startswith(SCHEME)]
    if not named or typing.get_args(annotation)[0] is not Secret:
        return None
    name = named[0].removeprefix(SCHEME)
    if NAME.fullmatch(name) is None:
        raise DefinitionError(
            f"tool {tool}: expected a secret's name of small letters, digits, - _ and . behind {SCHEME}, found {name!r}"
        )
    return name


def _is_secret(annotation: object) -> bool:
    return annotation is Secret or set(typing.get_args(annotation)) == {Secret, type(None)}


def _hides_injected(annotation: object) -> bool:
    """Whether a type that is handed in stands inside another, where nothing would hand it in."""
    if _mentions(annotation, IdempotencyKey) or _mentions(annotation, PROVIDED):
        return True
    return _mentions(annotation, Secret) and not _is_secret(annotation)


def _hints(function: Callable[..., object], name: str) -> dict[str, object]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        raise DefinitionError(
            f"tool {name}: its annotations cannot be read ({error}): annotate with types that its module can name"
        ) from error


def _annotation(parameter: inspect.Parameter, hints: Mapping[str, object], name: str) -> object:
    if parameter.kind not in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY):
        raise DefinitionError(
            f"tool {name}: parameter {parameter.name!r} is {parameter.kind.description}: a model fills them in by name"
        )
    if parameter.name not in hints:
        raise DefinitionError(
            f"tool {name}: parameter {parameter.name!r} is not annotated: its type is what the model is told of it"
        )
    return hints[parameter.name]


def _injected(parameter: inspect.Parameter, name: str) -> str:
    if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
        raise DefinitionError(f"tool {name}: parameter {parameter.name!r} is injected: move it behind a '*'")
    return parameter.name


def _resource_type(annotation: object, parameter: inspect.Parameter, name: str) -> type:
    wanted: object = typing.get_args(annotation)[0]
    if isinstance(wanted, type) and not typing.get_args(wanted):
        return wanted
    raise DefinitionError(
        f"tool {name}: parameter {parameter.name!r} is provided by type, expected a class, found {wanted}: name a class"
    )


def _mentions(annotation: object, wanted: object) -> bool:
    inner = (*typing.get_args(annotation), *getattr(annotation, "__metadata__", ()))
    return any(part is wanted or (part is not annotation and _mentions(part, wanted)) for part in inner)


def _documentation(function: Callable[..., object], name: str) -> tuple[str, dict[str, str]]:
    """Return what the docstring says of the tool, and of its parameters in an ``Args:`` section."""
    description, *sections = _SECTION.split(inspect.getdoc(function) or "")
    if not description.strip():
        raise DefinitionError(f"tool {name}: it has no docstring: its text is what the model is told the tool does")
    arguments = [
        text for title, text in zip(sections[::2], sections[1::2], strict=True) if title in ("Args", "Arguments")
    ]
    return description.strip(), _described("\n".join(arguments))


def _described(section: str) -> dict[str, str]:
    """Return the descriptions in lines ``name: what it is``; deeper lines go on with the one before."""
    described = dict[str, str]()
    current, margin = "", None
    for line in section.splitlines():
        indent = len(line) - len(line.lstrip())
        entry = _ARGUMENT.match(line.strip())
        if entry and (margin is None or indent <= margin):
            current, margin = entry.group(1), indent
            described[current] = entry.group(2)
        elif current and line.strip():
            described[current] += " " + line.strip()
    return described
