"""A statement is judged by its text: what only reads passes, whatever else it is does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.checks.values import ReadOnlySql
from holdfast.integration.tools.stock.sql.judge import SQL_CHARACTERS_MAX, Dialect, sql_judge

POSTGRES = sql_judge(Dialect.POSTGRES)
SQLITE = sql_judge(Dialect.SQLITE)

PROBES = {
    "delete in a CTE": "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
    "insert in a CTE": "WITH made AS (INSERT INTO orders VALUES (1) RETURNING *) SELECT * FROM made",
    "update in a CTE": "WITH changed AS (UPDATE orders SET a = 1 RETURNING *) SELECT * FROM changed",
    "a table made": "SELECT * INTO copied FROM orders",
    "rows locked": "SELECT * FROM orders FOR UPDATE",
    "rows locked for sharing": "SELECT * FROM orders FOR SHARE",
    "a program run": "COPY orders TO PROGRAM 'id'",
    "a file written": "COPY orders TO '/tmp/x'",
    "a block of code": "DO $$ BEGIN DELETE FROM orders; END $$",
    "a delete explained": "EXPLAIN ANALYZE DELETE FROM orders",
    "several statements": "SELECT 1; DROP TABLE orders",
    "a sleep": "SELECT pg_sleep(60)",
    "a setting": "SELECT set_config('app.tenant_id', '2', false)",
    "a function of one's own": "SELECT my_writing_udf()",
    "a file read": "SELECT pg_read_file('/etc/passwd')",
    "a large object": "SELECT lo_import('/etc/passwd')",
    "another server": "SELECT * FROM dblink('host=other', 'DELETE FROM orders') AS t(a int)",
    "text run as SQL": "SELECT query_to_xml('DELETE FROM orders', true, true, '')",
    "a sequence drawn from": "SELECT nextval('orders_id_seq')",
    "a lock": "SELECT pg_advisory_lock(1)",
    "a function of a schema": "SELECT public.lower('A')",
    "a function in disguise": 'SELECT "my_writing_udf"()',
    "a function named as another database's": "SELECT lcase('A')",
    "a function hidden as the name of a table": "WITH lcase(a) AS (SELECT 1) SELECT lcase('A')",
    "a function of a row": "SELECT (o).my_writing_udf() FROM orders o",
    "a function in FROM": "SELECT * FROM orders, LATERAL my_writing_udf(orders.id) x",
    "the server's own tables": "SELECT rolpassword FROM pg_authid",
    "the server's own tables, by schema": "SELECT * FROM pg_catalog.pg_shadow",
    "an operator of a schema": "SELECT 1 OPERATOR(public.+) 2",
    "a function named as a word that is not reserved": "SELECT id, filter(1, 2) FROM orders",
    "a function in FROM named as such a word": "SELECT * FROM over(1)",
    "a type of one's own": "SELECT CAST('x' AS my_type)",
    "a role": "SET ROLE postgres",
    "a transaction": "COMMIT",
    "a call": "CALL tidy_up()",
    "a comment": "SELECT 1 /* and more */",
    "a comment to the end": "SELECT 1 -- and more",
    "nothing": "   ",
    "a zero": "SELECT '\0'",
    "no statement at all": "please delete everything",
}


@pytest.mark.parametrize("statement", PROBES.values(), ids=PROBES.keys())
def test_what_may_do_more_than_read_is_refused(statement: str) -> None:
    assert POSTGRES(statement) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA writable_schema = ON",
        "ATTACH DATABASE '/tmp/other.db' AS other",
        "SELECT load_extension('/tmp/evil.so')",
        "SELECT * FROM pragma_table_info('orders')",
        "SELECT sql FROM sqlite_master",
        "SELECT writefile('/tmp/x', 'y')",
        "SELECT zeroblob(1000000000)",
        "SELECT randomblob(10)",
        "REPLACE INTO orders VALUES (1)",
        "VACUUM INTO '/tmp/copy.db'",
        "REINDEX",
    ],
)
def test_what_sqlite_can_do_besides_is_refused(statement: str) -> None:
    assert SQLITE(statement) is not None


ORDINARY = [
    "SELECT 1",
    "SELECT id, upper(name) FROM orders WHERE total > 10 AND (state = 'open' OR state IN ('held', 'sent'))",
    "SELECT state, count(*), sum(total), avg(total) FROM orders GROUP BY state HAVING count(*) > 1 ORDER BY 2 LIMIT 5",
    "WITH big(id) AS (SELECT id FROM orders WHERE total > 100) SELECT * FROM big JOIN orders USING (id)",
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n",
    "SELECT CASE WHEN total > 10 THEN 'big' ELSE 'small' END, coalesce(note, ''), CAST(total AS integer) FROM orders",
    "SELECT id, row_number() OVER (PARTITION BY state ORDER BY total) FROM orders",
    "(SELECT 1) UNION ALL SELECT 2",
    "SELECT * FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = o.customer)",
    "SELECT substr(name, 1, 3), replace(name, 'a', 'b'), round(total, 2), abs(total) FROM orders",
    "SELECT 'drop table orders; delete' AS said",
    "SELECT id FROM orders WHERE name = $1",
]


@pytest.mark.parametrize("statement", ORDINARY)
@pytest.mark.parametrize("judge", [SQLITE, POSTGRES], ids=["sqlite", "postgres"])
def test_what_only_reads_passes(judge: object, statement: str) -> None:
    assert callable(judge)
    assert judge(statement) is None


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT date_trunc('day', made), now() - interval '1 day' FROM orders",
        "SELECT made::date, extract(year FROM made), to_char(made, 'YYYY-MM') FROM orders",
        "SELECT string_agg(name, ', ' ORDER BY name), array_agg(id), count(*) FILTER (WHERE total > 1) FROM orders",
        "SELECT data->>'a', jsonb_array_length(data->'b') FROM orders WHERE name ILIKE '%x%'",
        "SELECT CAST(total AS numeric(10, 2)), greatest(1, 2), id = ANY (ARRAY[1, 2]) FROM orders",
        "SELECT count(*) FILTER (WHERE id > 1) OVER (PARTITION BY (state) ORDER BY (id)) FROM orders GROUP BY (id)",
        "WITH o AS MATERIALIZED (SELECT id::character varying(10) FROM orders) SELECT * FROM o",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders",
    ],
)
def test_what_only_reads_in_postgres_passes(statement: str) -> None:
    assert POSTGRES(statement) is None


@given(
    st.sampled_from(ORDINARY),
    st.sampled_from(
        ["DELETE FROM orders", "UPDATE orders SET a = 1", "DROP TABLE orders", "INSERT INTO orders VALUES (1)"]
    ),
    st.sampled_from(["{0}; {1}", "{1}; {0}", "WITH x AS ({1}) {0}", "WITH x AS ({1} RETURNING *) SELECT * FROM x"]),
    st.sampled_from([SQLITE, POSTGRES]),
)
def test_no_write_passes_wherever_it_stands(reading: str, writing: str, form: str, judge: object) -> None:
    assert callable(judge)
    assert judge(form.format(reading, writing)) is not None


@given(st.text(st.characters(exclude_characters='"', categories=["Ll", "Nd"]), min_size=1, max_size=20))
def test_no_function_passes_that_is_not_named(name: str) -> None:
    called = f"fn{name}"
    judge = sql_judge(Dialect.POSTGRES, ["lower"])
    for statement in (f"SELECT {called}()", f'SELECT "{called}"(1)', f"SELECT 1 FROM {called}(2) AS t"):
        assert judge(statement) is not None


@given(st.text(max_size=300) | st.text("()[]'\"$;,*selctfromwh ", max_size=300))
def test_any_text_is_judged_and_never_breaks_the_judge(text: str) -> None:
    assert isinstance(POSTGRES(text), str | None)
    assert isinstance(SQLITE(f"SELECT {text}"), str | None)


@pytest.mark.parametrize("opened", ["(", "CASE WHEN ", "NOT ", "- ", "ARRAY[", "a.", "1 + (", "f(", "SELECT ("])
def test_a_statement_built_to_overwhelm_the_parser_is_refused(opened: str) -> None:
    repeated = "SELECT " + opened * ((SQL_CHARACTERS_MAX - 10) // len(opened))
    for judge in (POSTGRES, SQLITE):
        assert judge(repeated) is not None


def test_a_longer_list_of_functions_is_the_authors_word() -> None:
    assert sql_judge(Dialect.POSTGRES, ["my_reading_udf"])("SELECT my_reading_udf(1)") is None
    assert sql_judge(Dialect.POSTGRES, ["my_reading_udf"])("SELECT lower('A')") is not None


def test_it_is_what_the_check_of_arguments_takes() -> None:
    objection = ReadOnlySql(POSTGRES).objection("DELETE FROM orders")
    assert "SELECT" in str(objection)
    assert ReadOnlySql(POSTGRES).objection("SELECT 1") is None


def test_another_list_of_functions_is_another_definition() -> None:
    defined = {
        repr(ReadOnlySql(judge).definition) for judge in (POSTGRES, SQLITE, sql_judge(Dialect.SQLITE, ["lower"]))
    }
    assert len(defined) == 3
