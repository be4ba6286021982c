"""A shop's support desk: orders, returns and refunds, recommendations, policy questions; several in one message.

``app`` is loaded when it is first named.
"""

from importlib import import_module


def __getattr__(name: str) -> object:
    if name != "app":
        raise AttributeError(f"module 'holdfast.apps.support' has no attribute {name!r}: it offers app")
    return import_module("holdfast.apps.support.application").app
