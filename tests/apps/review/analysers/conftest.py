"""Bandit warns about its own dependency when it is first imported; that is no failure of ours."""

import importlib
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    importlib.import_module("bandit")
