"""An operator gives models names of their own, in a file that the environment names."""

from pathlib import Path

import pytest

from holdfast.kernel.errors import InputError
from holdfast.runtime.models.configuration import read_configuration
from holdfast.runtime.models.finding import NamedModels

FILE = """
small = "openai-compatible:qwen3@http://127.0.0.1:8080/v1"

[large]
model = "anthropic:claude-sonnet-4-6"
streams = false
without = ["stop_sequences"]

[large.body.thinking]
type = "enabled"
budget_tokens = 2048
"""


def configured_by(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "models.toml"
    path.write_text(text, encoding="utf-8")
    return {"HOLDFAST_MODELS": str(path)}


def test_without_a_file_nothing_is_configured() -> None:
    assert read_configuration({}) == {}


def test_a_name_stands_for_a_model_and_for_what_is_laid_over_its_requests(tmp_path: Path) -> None:
    found = read_configuration(configured_by(tmp_path, FILE))
    assert found["small"].model == "openai-compatible:qwen3@http://127.0.0.1:8080/v1"
    thinking = {"type": "enabled", "budget_tokens": 2048}
    assert found["large"].settings.body == {"thinking": thinking, "stop_sequences": None}
    assert not found["large"].settings.streams


async def test_a_configured_model_bears_the_name_that_it_was_given(tmp_path: Path) -> None:
    models = NamedModels(configured_by(tmp_path, FILE) | {"ANTHROPIC_API_KEY": "a"})
    small, large = models.find("small"), models.find("large")
    assert small is not None
    assert large is not None
    assert (small.name, large.name) == ("small", "large")
    await models.close()


@pytest.mark.parametrize(
    "text",
    [
        "small = ",
        'small = "gpt"',
        "small = 3",
        '[large]\nmodel = "anthropic:m"\nkey = "sk-1"',
        "[large]\nbody = {temperature = 1}",
        'small = "openai-compatible:m"',
    ],
)
def test_a_file_that_cannot_be_right_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="expected"):
        read_configuration(configured_by(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml \(HOLDFAST_MODELS\)"):
        read_configuration({"HOLDFAST_MODELS": str(tmp_path / "none.toml")})
