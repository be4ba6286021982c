"""A function's hash is that of its source; where there is none to be read, it still is the same in every process."""

import os
import subprocess
import sys

from holdfast.integration.tools.source import source_of

MADE = """
from holdfast.integration.tools.source import source_of
names = {}
exec('def f(words): return [len(w) for w in words if w in {"a", "b", "c"}]', names)
print(source_of(names["f"]).hex())
"""


def test_the_source_is_what_is_written() -> None:
    assert source_of(test_the_source_is_what_is_written).startswith(b"def test_the_source")


def test_without_source_the_same_code_is_the_same_in_every_process() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", MADE], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_without_source_other_code_is_other_code() -> None:
    names: dict[str, object] = {}
    exec("def f(): return g()\n\ndef h(): return i()", names)
    assert source_of(names["f"]) != source_of(names["h"])  # type: ignore[arg-type]  # functions, as exec makes them
