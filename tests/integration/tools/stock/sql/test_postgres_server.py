"""A real Postgres is read, and nothing asked of it writes: also where the judge of texts lets it pass."""

from collections.abc import Iterator

import psycopg
import pytest

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.sql.functions import POSTGRES_FUNCTIONS, WORDS
from holdfast.integration.tools.stock.sql.judge import Dialect, sql_judge
from holdfast.integration.tools.stock.sql.postgres_server import PostgresServer
from holdfast.integration.tools.stock.sql.rows import Column, Rows, SqlLimits, Table
from tests.integration.tools.stock.sql.servers import postgres
from tests.integration.tools.stock.sql.test_judge import PROBES

pytestmark = pytest.mark.slow  # a server is started

SETUP = """
    CREATE TABLE orders (id int PRIMARY KEY, name text, total numeric(10, 2), made date);
    INSERT INTO orders VALUES (1, 'Ada', 10.5, '2026-01-02'), (2, 'Grace', 20, NULL), (3, 'Alan', NULL, NULL);
    CREATE TABLE secrets (word text);
    INSERT INTO secrets VALUES ('xyzzy');
    CREATE SEQUENCE numbers;
    CREATE FUNCTION my_writing_udf() RETURNS int LANGUAGE sql VOLATILE AS 'DELETE FROM orders; SELECT 1';
    DROP ROLE IF EXISTS reader;
    CREATE ROLE reader;
    GRANT SELECT ON orders TO reader;
"""
LIMITS = SqlLimits(seconds_max=5)


def never() -> bool:
    return False


class Unjudged(PostgresServer):
    """Lets every text pass, so that only what the server allows holds."""

    def __init__(self, conninfo: str) -> None:
        super().__init__(conninfo, role="reader")
        self.judge = lambda statement: None


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with postgres(SETUP) as address:
        yield address


def contents(shop: str) -> object:
    with psycopg.connect(shop) as connection:
        orders = connection.execute("SELECT id, name, total FROM orders ORDER BY id").fetchall()
        return orders, connection.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'v')").rowcount


def test_rows_come_with_their_columns(shop: str) -> None:
    found = PostgresServer(shop, role="reader").query(
        "SELECT name, total, made FROM orders WHERE id < $1 ORDER BY id", [3], LIMITS, never
    )
    assert found == Rows(["name", "total", "made"], [["Ada", "10.50", "2026-01-02"], ["Grace", "20.00", None]])


def test_tables_are_those_that_the_role_may_read(shop: str) -> None:
    kinds = [Column("id", "integer"), Column("name", "text"), Column("total", "numeric"), Column("made", "date")]
    assert PostgresServer(shop, role="reader").tables(LIMITS, never) == [Table("orders", kinds)]


def test_a_parameter_is_a_value_and_no_part_of_the_statement(shop: str) -> None:
    found = PostgresServer(shop).query("SELECT id FROM orders WHERE name = $1", ["' OR 1=1"], LIMITS, never)
    assert found.rows == []


@pytest.mark.parametrize("statement", PROBES.values(), ids=PROBES.keys())
def test_what_is_refused_by_its_text_never_reaches_the_server(shop: str, statement: str) -> None:
    before = contents(shop)
    with pytest.raises(ToolFailure, match="expected a statement that only reads"):
        PostgresServer(shop).query(statement, [], LIMITS, never)
    assert contents(shop) == before


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM orders",
        "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copied FROM orders",
        "SELECT * FROM orders FOR UPDATE",
        "COPY orders TO PROGRAM 'id'",
        "DO $$ BEGIN DELETE FROM orders; END $$",
        "EXPLAIN ANALYZE DELETE FROM orders",
        "SELECT 1; DELETE FROM orders",
        "SELECT my_writing_udf()",
        "SELECT nextval('numbers')",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "SELECT word FROM secrets",
        "SET ROLE postgres",
        "RESET ROLE",
        "COMMIT",
        "SELECT set_config('transaction_read_only', 'off', false), my_writing_udf()",
    ],
)
def test_the_connection_itself_lets_nothing_be_written(shop: str, statement: str) -> None:
    before = contents(shop)
    with pytest.raises(ToolFailure):
        Unjudged(shop).query(statement, [], LIMITS, never)
    assert contents(shop) == before


def test_a_query_without_end_is_stopped_by_the_server(shop: str) -> None:
    endless = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(ToolFailure, match=r"ran for 0\.2 s and was stopped"):
        PostgresServer(shop).query(endless, [], SqlLimits(seconds_max=0.2), never)


def test_more_rows_than_allowed_are_left_out_and_never_fetched(shop: str) -> None:
    many = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT i FROM n"
    found = PostgresServer(shop).query(many, [], SqlLimits(rows_max=120, seconds_max=5), never)
    assert (len(found.rows), "more than 120 rows" in found.left_out) == (120, True)


def test_a_query_whose_time_is_up_between_two_fetches_is_given_up(shop: str) -> None:
    with pytest.raises(ToolFailure, match="time of the query is up"):
        PostgresServer(shop).query("SELECT id FROM orders", [], LIMITS, lambda: True)


def test_a_server_that_is_not_there_is_worth_another_try(tmp_path: object) -> None:
    with pytest.raises(ToolFailure) as raised:
        PostgresServer(f"host={tmp_path} dbname=none").query("SELECT 1", [], LIMITS, never)
    assert raised.value.retryable


def test_what_the_server_says_is_told(shop: str) -> None:
    with pytest.raises(ToolFailure, match='relation "nowhere" does not exist'):
        PostgresServer(shop).query("SELECT * FROM nowhere", [], LIMITS, never)


SYNTAX = {"all", "any", "array", "case", "cast", "coalesce", "exists", "greatest", "least", "nullif", "some", "trim"}
"""Listed like functions, and made by the grammar itself."""


def test_every_function_on_the_list_is_the_server_s_own_and_changes_nothing(shop: str) -> None:
    with psycopg.connect(shop) as connection:
        rows = connection.execute(
            "SELECT proname, bool_or(provolatile = 'v') FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace "
            "AND proname = ANY (%s) GROUP BY proname",
            [[*POSTGRES_FUNCTIONS]],
        ).fetchall()
    assert {name for name, is_volatile in rows if is_volatile} == set()
    assert {name for name, _ in rows} == POSTGRES_FUNCTIONS - SYNTAX


def test_no_word_that_passes_before_a_parenthesis_can_be_the_name_of_a_function(shop: str) -> None:
    judge = sql_judge(Dialect.POSTGRES, [])
    with psycopg.connect(shop) as connection:
        rows = connection.execute("SELECT word, catcode FROM pg_get_keywords()").fetchall()
    kinds = {str(word): str(kind) for word, kind in rows}
    for word in WORDS:
        if kinds.get(word) not in ("R", "C"):  # reserved, or a name of columns only
            for form in (
                "SELECT {}(1)",
                "SELECT a, {}(1, 2) FROM t",
                "SELECT 1 WHERE {}(1) = 1",
                "SELECT * FROM {}(1)",
            ):
                assert judge(form.format(word)) is not None, form.format(word)
