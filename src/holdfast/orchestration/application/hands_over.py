"""How an agent hands over: by an answer in which it chooses one of those it may, and fills in the form for it."""

import operator
from collections.abc import Mapping
from dataclasses import make_dataclass
from functools import cached_property, reduce
from typing import Literal

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.paths import check_name
from holdfast.orchestration.flow.contracts import Contract

NOBODY = "nobody"
"""To whom an agent hands over that answers itself."""


class HandsOver:
    """The member ``giver`` of a handoff either answers, or hands over ``to`` another with what its type asks for.

    ``output`` is what its agent's answer must be, and tells the model whom it may hand over to, and with which fields:
    ``{"next": {"to": "billing", "handed": {…}}}``, or ``{"next": {"to": "nobody", "answer": …}}``. ``contracts`` are
    those that follow from it. What the types do not name is not carried. Raises DefinitionError.
    """

    def __init__(self, giver: str, to: Mapping[str, object], answer: object = str) -> None:
        check_name(giver, "member")
        for name in to:
            check_name(name, f"whom {giver!r} hands over to")
        if not to or NOBODY in to:
            told = ", ".join(to) or "none"
            raise DefinitionError(f"{giver}: expected others to hand over to, none called {NOBODY!r}, found {told}")
        self._giver, self._to, self._answer = giver, dict(to), answer

    @cached_property
    def output(self) -> type:
        """The type of the agent's answer."""
        forms = [_form(name, "handed", kind) for name, kind in self._to.items()]
        forms.append(_form(NOBODY, "answer", self._answer))
        return make_dataclass("Answer", [("next", reduce(operator.or_, forms))])

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts by which what the agent chooses comes about."""
        return tuple(
            Contract(self._giver, name, when=f"result.next.to == '{name}'", carries="result.next.handed")
            for name in self._to
        )


def _form(name: str, field: str, kind: object) -> type:
    return make_dataclass(f"to_{name}", [("to", Literal.__getitem__(name)), (field, kind)])
