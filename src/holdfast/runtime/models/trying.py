"""Asks a model one short question: whether its key, its client and its name are right is known only then."""

import asyncio
from collections.abc import Mapping

from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.kernel.clock import Clock
from holdfast.kernel.messages import Reply, Role, say
from holdfast.prompts.prompt import shipped
from holdfast.runtime.models.finding import NamedModels

QUESTION = shipped("runtime/try_model")
OUTPUT_TOKENS_MAX = 64
"""Some models take no smaller number, and some think before they say a word."""


async def try_model(name: str, environ: Mapping[str, str], clock: Clock) -> Reply:
    """Return what the model called ``name`` answers.

    Raises InputError or DefinitionError for a name that means nothing here, ModelCallFailed for whatever is wrong
    with the provider.
    """
    models = NamedModels(environ, clock)
    try:
        gateway = Gateway({}, clock, find=models.find, prices=models.prices)
        asked = (say(Role.USER, QUESTION.render({})),)
        request = ModelRequest(asked, Offer(), OUTPUT_TOKENS_MAX, "doctor")
        serving = asyncio.ensure_future(models.serve())
        try:
            return await gateway.call(name, request, lambda _text: None)
        finally:
            serving.cancel()
            await asyncio.wait((serving,))
    finally:
        await models.close()
