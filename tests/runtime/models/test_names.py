"""A name says which provider's model it is; what is missing is named, and no secret stands in a name."""

import subprocess
import sys

import pytest

from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.runtime.models.finding import NamedModels
from holdfast.runtime.models.name import ModelName, parse_name

KEYS = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "GEMINI_API_KEY": "g"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("anthropic:claude-sonnet-4-6", ModelName("anthropic", "claude-sonnet-4-6")),
        ("openai:gpt-5.5", ModelName("openai", "gpt-5.5")),
        ("openai:ft:gpt-4.1:us:desk:1", ModelName("openai", "ft:gpt-4.1:us:desk:1")),
        ("openai-chat:gpt-4.1", ModelName("openai-chat", "gpt-4.1")),
        ("google:gemini-2.5-pro", ModelName("google", "gemini-2.5-pro")),
        (
            "openai-compatible:qwen3@http://127.0.0.1:8080/v1",
            ModelName("openai-compatible", "qwen3", "http://127.0.0.1:8080/v1"),
        ),
        (
            "openai-compatible:org/m@main@https://llm.example/v1",
            ModelName("openai-compatible", "org/m@main", "https://llm.example/v1"),
        ),
    ],
)
def test_a_name_says_provider_and_model(name: str, meant: ModelName) -> None:
    assert parse_name(name) == meant


@pytest.mark.parametrize("name", ["scripted", "offline:review", "large", "mistral:large", ""])
def test_a_name_of_another_kind_is_left_to_others(name: str) -> None:
    assert parse_name(name) is None
    assert NamedModels({}).find(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "anthropic:",
        "openai-compatible:qwen3",
        "openai-compatible:@http://127.0.0.1/v1",
        "openai-compatible:m@http://user:word@127.0.0.1/v1",
        "openai-compatible:m@https://llm.example/v1?api-key=secret",
    ],
)
def test_a_name_that_cannot_be_right_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="expected") as refused:
        parse_name(name)
    assert "word" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("anthropic:m", "ANTHROPIC_API_KEY"),
        ("openai:m", "OPENAI_API_KEY"),
        ("openai-chat:m", "OPENAI_API_KEY"),
        ("google:m", "GEMINI_API_KEY or GOOGLE_API_KEY"),
    ],
)
def test_a_missing_key_is_asked_for_by_the_name_of_its_variable(name: str, variable: str) -> None:
    with pytest.raises(DefinitionError, match=f"in {variable}, found none"):
        NamedModels({}).find(name)


@pytest.mark.parametrize("name", ["anthropic:m", "openai:m", "openai-chat:m", "google:m"])
async def test_with_a_key_there_is_a_model_of_that_name(name: str) -> None:
    models = NamedModels(KEYS)
    found = models.find(name)
    assert found is not None
    assert found.name == name
    await models.close()


async def test_a_server_of_ones_own_needs_no_key() -> None:
    models = NamedModels({})
    found = models.find("openai-compatible:qwen3@http://127.0.0.1:8080/v1")
    assert found is not None
    await models.close()


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("anthropic:m", "anthropic", "anthropic"),
        ("openai:m", "openai", "openai"),
        ("openai-compatible:m@http://127.0.0.1/v1", "openai", "openai"),
        ("google:m", "google.genai", "google"),
    ],
)
def test_a_client_that_is_not_installed_is_asked_for_by_its_extra(name: str, package: str, extra: str) -> None:
    program = f"""
import sys
sys.modules[{package!r}] = None
from holdfast.kernel.errors import DefinitionError
from holdfast.runtime.models.finding import NamedModels
try:
    NamedModels({KEYS!r}).find({name!r})
except DefinitionError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert f"pip install 'holdfast[{extra}]'" in done.stdout
