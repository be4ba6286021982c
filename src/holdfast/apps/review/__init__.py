"""Reviews a repository: specialists in parallel, every finding grounded in the code, one ranked report.

``app`` is loaded when it is first named, for the worker processes that analyse code need nothing of it.
"""

from importlib import import_module


def __getattr__(name: str) -> object:
    if name != "app":
        raise AttributeError(f"module 'holdfast.apps.review' has no attribute {name!r}: it offers app")
    return import_module("holdfast.apps.review.application").app
