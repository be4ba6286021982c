"""Enters a new colleague in two systems: account, permissions, mailbox, welcome; all of it, or what was done undone.

``app`` is loaded when it is first named.
"""

from importlib import import_module


def __getattr__(name: str) -> object:
    if name != "app":
        raise AttributeError(f"module 'holdfast.apps.onboarding' has no attribute {name!r}: it offers app")
    return import_module("holdfast.apps.onboarding.application").app
