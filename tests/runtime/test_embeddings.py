"""Embeddings come with their package: no network, no home, nothing written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import socket
def refuse(*_, **__):
    raise OSError("no network here")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from holdfast.runtime.embeddings import open_embeddings
texts = ["where is my parcel", "when does my package arrive", "a joke", " "]
parcel, package, joke, empty = open_embeddings().embed(texts)
near, far = (sum(a * b for a, b in zip(parcel, other)) for other in (package, joke))
assert near > far, (near, far)
assert not any(empty)
assert abs(sum(value * value for value in parcel) - 1) < 1e-5
"""


def test_they_work_in_an_empty_home_without_a_network_and_leave_nothing_behind(tmp_path: Path) -> None:
    pytest.importorskip("wordllama", reason="the extra 'intent' is not installed")
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "HF_HOME": str(home / "hub")}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(home.iterdir()) == []


def test_without_the_extra_it_is_told_what_to_install() -> None:
    script = (
        "import sys; sys.modules['wordllama'] = None\n"
        "from holdfast.kernel.errors import ResourceError\n"
        "from holdfast.runtime.embeddings import open_embeddings\n"
        "try:\n    open_embeddings()\nexcept ResourceError as error:\n    assert 'holdfast[intent]' in str(error)\n"
        "else:\n    raise SystemExit(1)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
