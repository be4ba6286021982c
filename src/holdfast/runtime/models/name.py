"""What the name of a provider's model means, such as ``anthropic:claude-sonnet-4-6``."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from holdfast.kernel.errors import InputError

ANTHROPIC, OPENAI, OPENAI_CHAT, GOOGLE = "anthropic", "openai", "openai-chat", "google"
OPENAI_COMPATIBLE = "openai-compatible"
PROVIDERS = (ANTHROPIC, OPENAI, OPENAI_CHAT, OPENAI_COMPATIBLE, GOOGLE)
KEYS = {
    ANTHROPIC: ("ANTHROPIC_API_KEY",),
    OPENAI: ("OPENAI_API_KEY",),
    OPENAI_CHAT: ("OPENAI_API_KEY",),
    OPENAI_COMPATIBLE: ("OPENAI_COMPATIBLE_API_KEY",),
    GOOGLE: ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
}
"""The variables of the environment that hold a provider's key, the first that is set counts."""
BASE_URLS = {ANTHROPIC: "ANTHROPIC_BASE_URL", OPENAI: "OPENAI_BASE_URL", OPENAI_CHAT: "OPENAI_BASE_URL"}
"""The variables that name another server in the place of a provider's own."""
EXTRAS = {
    ANTHROPIC: "anthropic",
    OPENAI: "openai",
    OPENAI_CHAT: "openai",
    OPENAI_COMPATIBLE: "openai",
    GOOGLE: "google",
}
FORM = "provider:model, such as anthropic:claude-sonnet-4-6 or openai-compatible:qwen3@http://127.0.0.1:8080/v1"


@dataclass(frozen=True, slots=True)
class ModelName:
    """A name taken apart. ``url`` is that of an OpenAI-compatible server, and only there."""

    provider: str
    model: str
    url: str | None = None


def parse_name(name: str) -> ModelName | None:
    """Return what ``name`` means, None if it begins with no provider's. Raises InputError if it cannot be right."""
    provider, colon, rest = name.partition(":")
    if not colon or provider not in PROVIDERS:
        return None
    if provider != OPENAI_COMPATIBLE:
        return ModelName(provider, _told(name, rest))
    model, _, url = rest.partition("@http")
    if not url:
        raise InputError(f"expected a model and its server, as in {FORM}, found {name!r}: add @http://…")
    return ModelName(provider, _told(name, model), _checked(f"http{url}"))


def _told(name: str, model: str) -> str:
    if not model:
        raise InputError(f"expected {FORM}, found {name!r}: name a model")
    return model


def _checked(url: str) -> str:
    """Return a URL that holds no secret: the name stands in the journal."""
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query:
        raise InputError(
            f"expected the URL of a server and nothing else, found one with a user or a query at {parts.hostname!r}: "
            f"put the key into {KEYS[OPENAI_COMPATIBLE][0]}"
        )
    return url
