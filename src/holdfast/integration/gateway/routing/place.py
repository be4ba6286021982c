"""A place where a model is served: a provider's model, and the account whose limits it counts against."""

from dataclasses import dataclass

from holdfast.integration.gateway.limits.account import Account
from holdfast.integration.gateway.port import Model


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One of those that can answer for a logical model."""

    model: Model
    account: Account

    @property
    def name(self) -> str:
        """What is asked there, such as ``anthropic:claude-sonnet-4-6``."""
        return self.account.terms.model
