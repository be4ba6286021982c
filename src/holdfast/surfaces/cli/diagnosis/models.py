"""The models: what is configured, and whether one that is asked answers."""

from collections.abc import Iterator, Mapping, Sequence

from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.errors import HoldfastError
from holdfast.runtime.models.listing import list_models
from holdfast.runtime.models.trying import try_model
from holdfast.surfaces.cli.diagnosis.finding import Finding, failure, fine, warning


def look_at_models(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is found of the models, nobody asked yet."""
    try:
        found = list_models(environ)
    except HoldfastError as error:
        yield failure("models", str(error), "mend the file, or name another")
        return
    ready = dict.fromkeys(one.name for one in found if one.is_ready and (one.has_key or one.model))
    for one in found:
        if one.model and not one.is_ready:
            yield warning(
                f"model {one.name}", f"{one.provider}:{one.model} lacks its key or its client", "holdfast models"
            )
    if ready:
        yield fine("models", f"{', '.join(ready)} can be asked")
    else:
        yield fine("models", "no provider's key is set: the offline stand-in and recordings can be asked")


async def ask_models(names: Sequence[str], environ: Mapping[str, str]) -> list[Finding]:
    """Ask each model one short question, which costs a few tokens, and return what came of it."""
    return [await _asked(name, environ) for name in names]


async def _asked(name: str, environ: Mapping[str, str]) -> Finding:
    about = f"model {name}"
    try:
        reply = await try_model(name, environ, SystemClock())
    except ModelCallFailed as failed:
        return failure(about, failed.fault.message, failed.fault.hint or "see what the provider says of it")
    except HoldfastError as error:
        return failure(about, str(error), "holdfast models")
    return fine(about, f"{reply.model or name} answered, {reply.usage.tokens} tokens")
