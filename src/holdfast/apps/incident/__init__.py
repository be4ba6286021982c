"""Investigates an outage: hypotheses, queries that could refute them, revision; a cause with evidence, or none found.

``app`` is loaded when it is first named.
"""

from importlib import import_module


def __getattr__(name: str) -> object:
    if name != "app":
        raise AttributeError(f"module 'holdfast.apps.incident' has no attribute {name!r}: it offers app")
    return import_module("holdfast.apps.incident.application").app
