"""A meeting assistant in three levels: it asks analysts, who ask collectors and a chart maker; each a run of its own.

``app`` is loaded when it is first named.
"""

from importlib import import_module


def __getattr__(name: str) -> object:
    if name != "app":
        raise AttributeError(f"module 'holdfast.apps.meeting' has no attribute {name!r}: it offers app")
    return import_module("holdfast.apps.meeting.application").app
