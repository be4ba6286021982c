"""The composition root: the only package that names concrete adapters. Opens a store, takes requests, drives runs."""

from holdfast.runtime.root import DEFAULT_STORE, Runtime
from holdfast.runtime.serving import POLL_SECONDS

__all__ = ["DEFAULT_STORE", "POLL_SECONDS", "Runtime"]
