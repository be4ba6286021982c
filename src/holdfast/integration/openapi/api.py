"""An API of which a document tells: its operations as tools, each declared by the author."""

from collections.abc import Mapping
from functools import partial
from typing import Unpack

import msgspec

from holdfast.integration.http.auth import Auth, check_auth, header_name, header_of
from holdfast.integration.http.port import Answer, Connect
from holdfast.integration.http.service import Service
from holdfast.integration.http.verdict import check_done, read_json
from holdfast.integration.openapi.document import Document
from holdfast.integration.openapi.offered import BODY, Offer, offer_of
from holdfast.integration.openapi.operation import Operation, find_operation, is_json
from holdfast.integration.openapi.writing import write
from holdfast.integration.secrets.secret import Secret
from holdfast.integration.tools.contract import Declared, declared_tool
from holdfast.integration.tools.declaration import WITHOUT_CONSEQUENCE
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.foreign import shown_text
from holdfast.integration.tools.qualified import qualified
from holdfast.integration.tools.signature import REQUIRED, Parameter, Signature
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest

IDEMPOTENCY_KEY = "Idempotency-Key"
KEY, SECRET = "(key)", "(secret)"
"""What is handed in beside the arguments, under names that no argument has."""


class OperationDeclared(Declared, total=False):
    """What may be declared of an operation: all that may be of a tool, and what of its request is not the model's."""

    key: str
    """The header that takes our key, where it is called otherwise than Idempotency-Key."""
    fixed: Mapping[str, object]
    """Arguments that are neither shown to a model nor taken from it."""


class Api(Service):
    """The operations of a document, at the author's address."""

    def __init__(
        self, name: str, document: Document, base_url: str, auth: Auth | None = None, connect: Connect | None = None
    ) -> None:
        super().__init__(name, base_url, version=document.hash, connect=connect)
        self._document, self._auth = document, auth
        self._made = dict[str, tuple[str, OperationDeclared, Tool]]()
        self._said = dict[str, bytes]()
        if auth is not None:
            check_auth(auth, f"API {name!r}")

    def tools(self, *operation_ids: str) -> tuple[Tool, ...]:
        """Return the operations of these ids as tools: GET and HEAD look, all others are unsafe.

        Raises DefinitionError.
        """
        return tuple(self.tool(each) for each in operation_ids)

    def tool(self, operation_id: str, **declared: Unpack[OperationDeclared]) -> Tool:
        """Return one operation as a tool of which the author says more. Raises DefinitionError."""
        name = declared.get("name") or qualified(self.name, operation_id)
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = (operation_id, declared, self._tool(operation_id, name, declared))
        if made[:2] != (operation_id, declared):
            raise DefinitionError(f"API {self.name!r}: {name} is declared twice: give one of them another name=")
        return made[2]

    def fingerprint(self, tool: Tool) -> str:
        """Return what changes whenever a call means something else: the document, the address, what is declared."""
        return digest(super().fingerprint(tool).encode(), self._said[tool.name])

    def _tool(self, operation_id: str, name: str, declared: OperationDeclared) -> Tool:
        operation = find_operation(self._document, operation_id)
        effect = declared.get("effect", Effect.READ if operation.only_looks else Effect.UNSAFE)
        key, fixed = declared.get("key", IDEMPOTENCY_KEY if effect is Effect.KEYED else None), declared.get("fixed", {})
        self._check(operation, key)
        offer = offer_of(self._document, operation, key, fixed, self._withheld())
        self._said[name] = msgspec.json.encode((key, fixed, repr(self._auth)), order="deterministic")
        of_tool = {each: value for each, value in declared.items() if each not in ("key", "fixed")}
        return declared_tool(
            partial(self._called, offer, fixed, effect),
            name,
            self._signature(offer, fixed),
            Declared(**{**of_tool, "effect": effect}),  # type: ignore[typeddict-item]  # the same keys, less two
            offer.shape,
            self,
        )

    async def _called(self, offer: Offer, fixed: Mapping[str, object], effect: Effect, /, **values: object) -> object:
        key, secret = values.pop(KEY, None), values.pop(SECRET, None)
        looks = effect in WITHOUT_CONSEQUENCE
        values.update(fixed)
        given = [(parameter, values.get(name)) for name, parameter in offer.arguments.items()]
        written = write(offer.operation, given, values.get(BODY))
        headers = [*written.headers]
        if offer.key is not None and isinstance(key, str):
            headers.append((offer.key.name, key))
        if self._auth is not None and isinstance(secret, Secret):
            headers.append(header_of(self._auth, secret))
        answer = await self.send(offer.operation.method, written.target, headers, written.body, looks=looks)
        check_done(self.name, answer, looks=looks)
        return self._value(answer, looks=looks)

    def _value(self, answer: Answer, *, looks: bool) -> object:
        if not answer.body:
            return None
        if is_json(answer.media_type):
            return read_json(self.name, answer, looks=looks)
        if answer.media_type.startswith("text/") or answer.media_type.endswith("xml"):
            return answer.body.decode("utf-8", "replace")
        return f"{len(answer.body)} bytes of {answer.media_type or 'an unknown type'}, which is not shown"

    def _withheld(self) -> frozenset[str]:
        """Return the headers that are no arguments, in small letters."""
        return frozenset((IDEMPOTENCY_KEY.lower(), *([header_name(self._auth).lower()] if self._auth else [])))

    def _check(self, operation: Operation, key: str | None) -> None:
        """Raise DefinitionError where the operation and what is declared of it do not go together."""
        what = f"API {self.name!r}: {operation.id}"
        if operation.needs_auth and self._auth is None:
            raise DefinitionError(f"{what}: its document says that it needs credentials: declare auth=")
        wanted = {each.name.lower() for each in operation.parameters if each.place == "header" and each.is_required}
        if key is None and IDEMPOTENCY_KEY.lower() in wanted:
            raise DefinitionError(f"{what}: needs an {IDEMPOTENCY_KEY}, no model can make one: declare Effect.KEYED")

    def _signature(self, offer: Offer, fixed: Mapping[str, object]) -> Signature:
        operation = offer.operation
        names = [*offer.arguments, *([BODY] if operation.body is not None else [])]
        secrets = {SECRET: self._auth.secret} if self._auth is not None and operation.takes_auth else {}
        return Signature(
            shown_text(operation.description),
            tuple(Parameter(name, object, REQUIRED, "") for name in names if name not in fixed),
            None if offer.key is None else KEY,
            {},
            object,
            secrets,
        )
