"""Whether a statement only reads, by its text: parsed by sqlglot, refused unless all of it is known to be harmless."""

import enum
import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlglot import exp, parse, tokenize
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from holdfast.integration.tools.stock.sql.functions import (
    ONLY_BEHIND,
    POSTGRES_FUNCTIONS,
    SQLITE_FUNCTIONS,
    WORDS,
)

SQL_CHARACTERS_MAX = 10_000
NODES_MAX = 3_000
PARENTHESES_DEEP_MAX = 30

_COMMENTS = ("--", "/*", "*/")
"""Databases disagree on where they end, so that each may read another statement."""
_WRITING: tuple[type[exp.Expr], ...] = (
    exp.DML, exp.DDL, exp.Into, exp.Lock, exp.Command, exp.Copy, exp.Drop, exp.Alter, exp.Set, exp.Pragma, exp.Attach,
    exp.Detach, exp.Use, exp.Transaction, exp.Commit, exp.Rollback, exp.Merge, exp.Analyze, exp.Semicolon,
)  # fmt: skip
_BEGINNINGS = (TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.L_PAREN)
_READING = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)
_SCHEMAS_CLOSED = frozenset({"pg_catalog", "information_schema", "pg_toast"})
_TABLES_CLOSED = ("pg_", "sqlite_", "pragma_")


class Dialect(enum.StrEnum):
    """The databases whose statements are judged, as sqlglot names them."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class TextJudge:
    """Judges statements of ``dialect`` that may call ``functions``."""

    dialect: Dialect
    functions: frozenset[str]

    @property
    def definition(self) -> tuple[object, ...]:
        """All that decides what passes, as JSON can hold it."""
        return (self.dialect.value, sorted(self.functions))

    def __call__(self, statement: str) -> str | None:
        """Say why ``statement`` does not only read; None if it does."""
        return _of_text(statement) or _of_statement(statement, self.dialect, self.functions)


def sql_judge(dialect: Dialect, functions: Collection[str] | None = None) -> TextJudge:
    """Return the judge that ``ReadOnlySql`` takes. ``functions``: those that may be called, in place of the known ones.

    It is a first fence, by the text: behind it the connection must be unable to write, and the role must see no more
    than it is to see.
    """
    known = SQLITE_FUNCTIONS if dialect is Dialect.SQLITE else POSTGRES_FUNCTIONS
    return TextJudge(dialect, frozenset(known if functions is None else (name.lower() for name in functions)))


def _of_text(statement: str) -> str | None:
    if len(statement) > SQL_CHARACTERS_MAX:
        return f"it has {len(statement)} characters, expected at most {SQL_CHARACTERS_MAX}"
    if "\0" in statement or not statement.strip():
        return "it is empty, or holds a zero character"
    if any(mark in statement for mark in _COMMENTS):
        return "it holds a comment (or a text that looks like one: hand that over as a parameter)"
    return None


def _of_statement(statement: str, dialect: Dialect, allowed: frozenset[str]) -> str | None:
    try:
        tokens = tokenize(statement, dialect=dialect.value)
        if not tokens or tokens[0].token_type not in _BEGINNINGS:
            return "it does not begin with SELECT, WITH or VALUES"
        if _depth(tokens) > PARENTHESES_DEEP_MAX:
            return f"its parentheses are nested more than {PARENTHESES_DEEP_MAX} deep"
        trees = parse(statement, dialect=dialect.value)
    except (SqlglotError, RecursionError) as error:
        return f"it cannot be parsed ({_first_line(error)})"
    found = [tree for tree in trees if tree is not None]
    if len(found) != 1:
        return f"it is {len(found)} statements, expected one"
    return _of_tree(found[0], allowed) or _of_calls(found[0], tokens, allowed)


def _of_tree(tree: exp.Expr, allowed: frozenset[str]) -> str | None:
    if not isinstance(tree, _READING):
        return f"it is {_named(tree)}, expected a SELECT"
    for count, node in enumerate(tree.walk()):
        if count == NODES_MAX:
            return f"it has more than {NODES_MAX} parts"
        if isinstance(node, _WRITING):
            return f"it holds {_named(node)}"
        if isinstance(node, exp.DataType) and node.this is exp.DataType.Type.USERDEFINED:
            return "it casts to a type of one's own, which may run code"
        if isinstance(node, exp.Operator):
            return "it names an operator of a schema"
        if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
            return f"it calls {node.expression.name or 'a function'} of a schema or value, expected functions by name"
        if isinstance(node, exp.Anonymous) and node.name.lower() not in allowed:
            return f"it calls {node.name}, which is not among the functions allowed"
        if isinstance(node, exp.Table) and _is_closed(node):
            return f"it reads {node.name}, a table of the database's own"
    return None


def _of_calls(tree: exp.Expr, tokens: list[Token], allowed: frozenset[str]) -> str | None:
    """Judge the names that stand before parentheses, for a parser gives one node to several names.

    A name that the statement itself gives to a table may have columns in parentheses, unless it could be a call.
    """
    given = {alias.name.lower() for alias in tree.find_all(exp.TableAlias)}
    given = {name for name in given if name.upper() not in exp.FUNCTION_BY_NAME}
    for name in _before_parentheses(tokens):
        if name not in allowed and name not in given:
            return f"it calls {name}, which is not among the functions allowed"
    return None


def _before_parentheses(tokens: list[Token]) -> Iterator[str]:
    """Yield the names that may be those of functions."""
    before = ""
    for token, following in itertools.pairwise(tokens):
        word = token.text.lower()
        is_name = token.token_type is not TokenType.STRING and (word[:1].isalpha() or word[:1] == "_")
        if following.token_type is TokenType.L_PAREN and is_name:
            if token.token_type is TokenType.IDENTIFIER:
                yield token.text  # quoted, so its case counts
            elif not _is_of_language(word, before):
                yield word
        before = word


def _is_of_language(word: str, before: str) -> bool:
    return " " in word or (word in WORDS and (word not in ONLY_BEHIND or before in ONLY_BEHIND[word]))


def _is_closed(table: exp.Table) -> bool:
    return table.db.lower() in _SCHEMAS_CLOSED or table.name.lower().startswith(_TABLES_CLOSED)


def _depth(tokens: list[Token]) -> int:
    deepest = depth = 0
    for token in tokens:
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        deepest = max(deepest, depth)
    return deepest


def _named(node: exp.Expr) -> str:
    return type(node).__name__.upper()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
