"""An app's input, as it was typed: text, JSON, or a bare value for the one field that must be given."""

import sys

import msgspec
from pydantic import TypeAdapter

from holdfast.kernel.errors import InputError
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.catalogue import Catalogue

STDIN = "-"


def read_input(app_name: str, text: str | None) -> object:
    """Return the input of the app ``app_name`` that ``text`` stands for. Raises InputError."""
    app = Catalogue().find(app_name)
    return input_of(app, sys.stdin.read() if text == STDIN else text)


def input_of(app: App, text: str | None) -> object:
    """Return what ``text`` stands for, read by the type of the app's input.

    Text for an app that takes text; else JSON; else the text itself as a value of that type, or as the value of its
    only required field (its first, if none is required).
    """
    if text is None:
        return _absent(app)
    if app.input is str:
        return text
    problems = []
    for candidate in _readings(app, text):
        try:
            app.validate(candidate)
        except InputError as error:
            problems.append(error)
        else:
            return candidate
    raise problems[0]


def _absent(app: App) -> object:
    if app.input is not str:
        try:
            app.validate({})
        except InputError:
            pass
        else:
            return {}
    raise InputError(f"expected an input for app {app.name!r}, found none: holdfast run {app.name} INPUT")


def _readings(app: App, text: str) -> list[object]:
    """Return what ``text`` may stand for, the most likely first."""
    bare: list[object] = [text]
    if (name := _field_for_bare_text(app)) is not None:
        bare.insert(0, {name: text})
    try:
        return [msgspec.json.decode(text), *bare]
    except msgspec.DecodeError:
        return bare


def _field_for_bare_text(app: App) -> str | None:
    schema = TypeAdapter(app.input).json_schema()
    required, properties = schema.get("required", []), schema.get("properties", {})
    if len(required) > 1 or not properties:
        return None
    return str(next(iter(required or properties)))
