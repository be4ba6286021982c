"""A shop's API over real HTTP: it keeps orders and refunds, and can be told to fail."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import msgspec

from holdfast.integration.http.port import Answer, Request
from holdfast.integration.http.served import HangUp

DOCUMENT = Path(__file__).parent / "shop.yaml"
TOKEN = "shop-t0ken-of-this-test"
JSON = {"content-type": "application/json; charset=utf-8"}


class Shop:
    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.refunds: dict[str, object] = {}
        self.orders = {"7": {"id": "7", "total": 12.5, "note": None}}
        self.next: Answer | None = None
        """What the next request is answered, whatever it is."""
        self.hangs_up_after = False

    async def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.next is not None:
            answer, self.next = self.next, None
            return answer
        path = urlsplit(request.url).path
        if path != "/v1/health" and request.header("authorization") != f"Bearer {TOKEN}":
            return said(401, {"message": "who are you?"})
        return self._answer(request, path)

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.requests[-1].url).query)

    def _answer(self, request: Request, path: str) -> Answer:
        match request.method, path.split("/")[2:]:
            case "GET", ["health"]:
                return Answer(200, {"content-type": "text/plain"}, b"well")
            case "GET", ["orders"]:
                return said(200, list(self.orders.values()))
            case "GET", ["orders", number] if number in self.orders:
                return said(200, self.orders[number])
            case "DELETE", ["orders", number] if number in self.orders:
                del self.orders[number]
                return Answer(204)
            case "POST", ["orders"]:
                return said(201, {**msgspec.json.decode(request.body), "id": "8"})
            case "POST", ["orders", _, "refunds"]:
                refund = {**msgspec.json.decode(request.body), "id": f"r{len(self.refunds) + 1}"}
                kept = self.refunds.setdefault(request.header("idempotency-key") or refund["id"], refund)
                if self.hangs_up_after:
                    self.hangs_up_after = False
                    raise HangUp
                return said(201, kept)
            case _:
                return said(404, {"type": "about:blank", "title": "Not found", "detail": f"no {path} here"})


def said(status: int, body: object, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {**JSON, **named}, msgspec.json.encode(body))
