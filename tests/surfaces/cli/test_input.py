"""What is typed becomes what the app takes: text, JSON, or a bare value for the field that must be given."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from holdfast import App, Effect, tool
from holdfast.flow import FunctionNode
from holdfast.kernel.errors import InputError
from holdfast.surfaces.cli.asking.app_input import input_of


class Place(BaseModel):
    folder: Path
    depth: int = 1


class Optional(BaseModel):
    name: str = "nobody"
    depth: int = 1


@dataclass
class Pair:
    left: str
    right: str


@tool(effect=Effect.PURE)
async def echo(value: str) -> str:
    """Give back what it was given."""
    return value


def taking(kind: Any) -> App:
    return App("taker", FunctionNode("taker", "echo"), functions=[echo], input=kind)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (str, "[1]", "[1]"),
        (str, "", ""),
        (int, "4", 4),
        (list[int], "[1, 2]", [1, 2]),
        (Path, "/etc", "/etc"),
        (Path, "2024", "2024"),
        (Literal["a", "b"], "b", "b"),
        (Place, "/etc", {"folder": "/etc"}),
        (Place, '{"folder": "/etc", "depth": 2}', {"folder": "/etc", "depth": 2}),
        (Place, "2024", {"folder": "2024"}),
        (Optional, "anna", {"name": "anna"}),
        (Optional, None, {}),
        (Pair, '{"left": "a", "right": "b"}', {"left": "a", "right": "b"}),
    ],
)
def test_text_is_read_by_the_type_of_the_input(kind: Any, text: str | None, value: object) -> None:
    assert input_of(taking(kind), text) == value


@pytest.mark.parametrize(("kind", "text"), [(str, None), (int, "many"), (Place, None), (Pair, "a"), (list[int], "{}")])
def test_what_the_app_cannot_take_is_refused_in_its_own_words(kind: Any, text: str | None) -> None:
    with pytest.raises(InputError, match="taker"):
        input_of(taking(kind), text)
