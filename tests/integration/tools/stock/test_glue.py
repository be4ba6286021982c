"""``run_glue``: code between two results has values and nothing else, and whatever it tries is ended in time."""

import json

import pytest

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.glue import Glued, GlueLimits, run_glue
from holdfast.integration.tools.stock.results import Results
from holdfast.kernel.effects import Effect
from tests.integration.tools.workshop import workshop

LIMITS = GlueLimits(seconds_max=0.5, memory_bytes_max=20_000_000, printed_bytes_max=1_000)


class Kept(Results):
    """Results that were kept whole, written down here."""

    def __init__(self, **texts: str) -> None:
        self._texts = {handle[1:]: text for handle, text in texts.items()}

    async def text(self, handle: str) -> str:
        return self._texts[handle]


async def glue(code: str, values: object = None, handles: object = None, kept: Results | None = None) -> Glued:
    tool = run_glue(LIMITS)
    found: Glued = await tool.function(code, values or {}, handles or {}, results=kept or Kept())
    return found


async def test_the_last_line_is_the_value_and_what_was_printed_is_told() -> None:
    found = await glue(
        "print('hi')\n[row['id'] for row in rows if row['total'] > 1]", {"rows": [{"id": 7, "total": 2}]}
    )
    assert found == Glued([7], "hi\n")


async def test_a_result_that_was_kept_whole_is_read_by_its_handle() -> None:
    handles = {"orders": "a" * 32, "notes": "b" * 32}
    kept = Kept(**{f"h{'a' * 32}": json.dumps([1, 2, 3]), f"h{'b' * 32}": "no JSON"})
    assert (await glue("[sum(orders), len(notes)]", handles=handles, kept=kept)).value == [6, 7]


PROBES = {
    "endless recursion": "def f(n):\n    return f(n + 1)\nf(0)",
    "a number without end": "10 ** 10 ** 9",
    "an endless loop": "while True: pass",
    "memory, bit by bit": "x = []\nwhile True: x.append('y' * 100000)",
    "memory, at once": "'a' * 10 ** 10",
    "a list without end": "list(range(10 ** 9))",
    "a file": "open('/etc/passwd').read()",
    "a file by its path": "from pathlib import Path\nPath('/etc/passwd').read_text()",
    "a file written": "open('/tmp/escaped', 'w').write('x')",
    "the environment": "import os\nos.environ['PATH']",
    "a process": "import os\nos.system('id')",
    "a process by module": "import subprocess",
    "a socket": "import socket",
    "the way through classes": "().__class__.__bases__[0].__subclasses__()",
    "a module by name": "__import__('os')",
    "a clock": "import datetime\ndatetime.datetime.now()",
    "printing without end": "while True: print('x' * 1000)",
    "what is no value": "class A: pass\nA()",
    "bytes": "b'x'",
    "what is no number": "float('nan')",
    "a number too large": "10 ** 1000",
    "a syntax error": "this is no Python",
    "an error of its own": "raise ValueError('x')",
}


@pytest.mark.parametrize("code", PROBES.values(), ids=PROBES.keys())
async def test_whatever_it_tries_is_a_failure(code: str) -> None:
    with pytest.raises(ToolFailure):
        await glue(code)


@pytest.mark.parametrize("code", ["import re\nre.match('(a+)+$', 'a' * 40 + 'b')", "import time\ntime.sleep(100)"])
async def test_what_would_take_for_ever_elsewhere_is_over_at_once(code: str) -> None:
    assert (await glue(code)).value is None


async def test_chance_is_always_the_same() -> None:
    code = "import random\nrandom.random()"
    assert await glue(code) == await glue(code)


@pytest.mark.parametrize("name", ["not a name", "class", "__builtins__", ""])
async def test_a_value_needs_the_name_of_a_variable(name: str) -> None:
    with pytest.raises(ToolFailure, match="expected the name of a variable"):
        await glue("1", {name: 1})


async def test_a_value_of_too_many_parts_is_not_returned() -> None:
    deep = "x = []\nfor _ in range(80):\n    x = [x]\nx"
    for code in ("[0] * 100001", deep):
        with pytest.raises(ToolFailure, match="larger one"):
            await glue(code)


async def test_it_runs_through_the_stages_of_every_call() -> None:
    async with workshop(run_glue()) as shop:
        shown = await shop.shown(shop.order("run_glue", json.dumps({"code": "a + 1", "values": {"a": 1}})))
    assert '"value":2' in shown.content.replace(" ", "")


def test_what_comes_of_it_depends_on_its_values_alone() -> None:
    assert run_glue().effect is Effect.PURE
