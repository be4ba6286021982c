"""Which functions a statement may call: those of SQLite and Postgres that compute from their arguments alone.

What is left out on purpose: what reads settings or files, sleeps, locks, notifies, draws from a sequence, runs text as
SQL, loads code, or makes a value of any size out of nothing (``repeat``, ``lpad``, ``printf``, ``zeroblob``).
"""

_BOTH = """
    abs ceil ceiling exp floor ln log log10 mod pi pow power round sign sqrt trunc
    char_length coalesce concat concat_ws length lower ltrim nullif replace rtrim substr substring trim upper
    avg count max min sum
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
    cast case exists
"""
_SQLITE = """
    date datetime glob group_concat hex iif ifnull instr julianday like strftime time total typeof unicode unixepoch
    json json_array_length json_each json_extract json_tree json_type json_valid bm25 highlight match snippet
    -> ->>
"""
_POSTGRES = """
    btrim character_length initcap left octet_length position regexp_match regexp_replace reverse right split_part
    starts_with strpos to_char to_date to_number to_timestamp translate
    age date_bin date_part date_trunc extract make_date make_interval now timezone
    bool_and bool_or every mode percentile_cont percentile_disc stddev stddev_pop stddev_samp string_agg var_pop
    var_samp variance corr regr_slope regr_intercept
    any array array_agg array_length array_position cardinality unnest all some
    greatest least width_bucket div
    json_agg json_array_length json_build_object json_extract_path_text jsonb_agg jsonb_array_elements
    jsonb_array_elements_text jsonb_array_length jsonb_build_object jsonb_each jsonb_each_text
    jsonb_extract_path_text jsonb_object_keys jsonb_path_exists jsonb_path_query jsonb_typeof to_json to_jsonb
    phraseto_tsquery plainto_tsquery to_tsquery to_tsvector ts_headline ts_rank websearch_to_tsquery
"""

SQLITE_FUNCTIONS = frozenset((_BOTH + _SQLITE).split())
POSTGRES_FUNCTIONS = frozenset((_BOTH + _POSTGRES).split())

_LANGUAGE = """
    all and any as between by distinct else except exists filter from group having in intersect join lateral limit
    materialized not offset on or order over select some then union using values when where with
"""
_TYPES = """
    bit char character decimal float int interval numeric real time timestamp timestamptz timetz varbit varchar varying
"""

WORDS = frozenset((_LANGUAGE + _TYPES).split())
"""What is no function, though a parenthesis may open behind it."""
ONLY_BEHIND = {
    "by": frozenset({"group", "order", "partition"}),
    "filter": frozenset({")"}),
    "materialized": frozenset({"as", "not"}),
    "over": frozenset({")"}),
    "varying": frozenset({"bit", "char", "character"}),
}
"""Words that Postgres does not reserve: anywhere else they may be the names of functions."""
