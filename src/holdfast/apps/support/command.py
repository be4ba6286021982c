"""The desk's own command line: ``holdfast run support``, a message or a conversation, and ``holdfast init support``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from holdfast.apps.support.shop.founding import found
from holdfast.apps.support.shop.shop import Shop
from holdfast.kernel.errors import InputError
from holdfast.orchestration.people.following import Entry
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.extension import Ask, Ended, Exchange
from holdfast.surfaces.cli.showing.terminal import clean

SHOP = "shop.db"
CUSTOMER = "c-1001"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who talks with the desk, and of which shop."""

    customer: str
    name: str
    shop: Path


class SupportCommand:
    """``holdfast run support``."""

    def ask(
        self,
        message: Annotated[str | None, typer.Argument(help="What the customer writes; without it, a chat.")] = None,
        customer: Annotated[str, typer.Option("--customer", help="Which customer of the shop writes.")] = CUSTOMER,
        shop: Annotated[Path, typer.Option("--shop", help="The shop's file.")] = Path(SHOP),
    ) -> Ask:
        """Answer a customer of a shop: orders, returns and refunds, recommendations, questions on its policies."""
        name = Shop(shop, customer, datetime.now(UTC).date()).check()
        talking = Conversation(customer, name, shop)
        return Ask(None, talking) if message is None else self.ask_next(message, (), talking)

    def greeting(self, options: object) -> str:
        return f"You are {_conversation(options).name}, a customer of the shop. Ask away; Ctrl-D ends it."

    def ask_next(self, line: str, earlier: Sequence[Exchange], options: object) -> Ask:
        talking = _conversation(options)
        given = {
            "message": line,
            "customer": talking.customer,
            "shop": str(talking.shop.resolve()),
            "earlier": [{"customer": each.said, "desk": each.reply} for each in earlier],
        }
        return Ask(given, talking, talking.customer)

    def is_spoken(self, step: str) -> bool:
        return step.startswith("support/answers[")

    def reply(self, value: object) -> str:
        return str(value)

    def init(self, folder: Path) -> Sequence[str]:
        path = folder / SHOP
        found(path, datetime.now(UTC).date())
        where = "" if path == Path(SHOP) else f" --shop {path}"
        return (
            f"made the shop {path}, with its customers c-1001 to c-1005",
            f"talk to its support desk with: holdfast run support --customer {CUSTOMER}{where}",
        )

    def progress_line(self, entry: Entry) -> str | None:
        return None

    async def record(self, ended: Ended, options: object) -> Mapping[str, object]:
        return {"reply": ended.value}

    async def show(self, ended: Ended, options: object, console: Console) -> None:
        console.print(clean(self.reply(ended.value), keeps_lines=True), soft_wrap=True)

    def exit_code(self, ended: Ended, options: object) -> int:
        return ExitCode.OK


def _conversation(options: object) -> Conversation:
    if not isinstance(options, Conversation):
        raise InputError("expected to know the customer and the shop, found neither: begin anew")
    return options


command = SupportCommand()
