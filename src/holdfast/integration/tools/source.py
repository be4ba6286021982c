"""What a function is made of, as bytes to be digested: the same in every process that loads the same code."""

import inspect
from collections.abc import Callable
from types import CodeType


def source_of(function: Callable[..., object]) -> bytes:
    """Return the function's source, or its bytecode where there is none to be read."""
    try:
        return inspect.getsource(function).encode()
    except (OSError, TypeError):
        code = getattr(inspect.unwrap(function), "__code__", None)
        return _bytecode(code) if isinstance(code, CodeType) else b""


def _bytecode(code: CodeType) -> bytes:
    return code.co_code + repr(code.co_names).encode() + b"".join(map(_constant, code.co_consts))


def _constant(value: object) -> bytes:
    """Return a constant without what differs from process to process: addresses, and the order of sets."""
    match value:
        case CodeType():
            return _bytecode(value)
        case frozenset():
            return repr(sorted(map(repr, value))).encode()
        case _:
            return repr(value).encode()
