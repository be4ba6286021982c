"""What a customer asks of the desk, and what the desk works with while it answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.support.shop.shop import Shop
from holdfast.orchestration.application.app import Resources

MESSAGE_CHARACTERS_MAX = 8_000
EARLIER_MAX = 20


class Said(BaseModel):
    """One message of the conversation so far, and the answer to it."""

    model_config = ConfigDict(extra="forbid")

    customer: str
    desk: str


class SupportRequest(BaseModel):
    """One message of a customer. ``shop`` is the path of the shop's file; ``earlier`` is what was said before it."""

    model_config = ConfigDict(extra="forbid")

    message: str = Field(min_length=1, max_length=MESSAGE_CHARACTERS_MAX)
    customer: str = Field(min_length=1, max_length=64)
    shop: str = Field(min_length=1)
    earlier: list[Said] = Field(default_factory=list, max_length=EARLIER_MAX)


@asynccontextmanager
async def open_shop(given: object) -> AsyncIterator[Resources]:
    """Open the shop for one customer. Raises InputError for a file that is no shop, or a customer it does not have."""
    assert isinstance(given, SupportRequest)
    shop = Shop(Path(given.shop), given.customer, datetime.now(UTC).date())
    shop.check()
    yield {Shop: shop}
