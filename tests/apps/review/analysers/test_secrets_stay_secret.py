"""No secret ever leaves an analyser: not in an excerpt, not in a message, whichever analyser tells of its line."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.analysers.candidate import Candidate
from holdfast.apps.review.analysers.credentials.detect import secrets_in
from tests.apps.review.analysers.corpus.case import Case
from tests.apps.review.analysers.corpus.credentials import (
    AWS,
    GITHUB,
    KEY_BODY,
    PLANTED_VALUES,
    RANDOM,
    SECRETS,
    STRIPE,
)
from tests.apps.review.analysers.inspecting import candidates, rules

ANALYSERS = ("secrets", "dangerous", "authentication", "data_handling", "complexity")
SHOWN_MAX = 4


def told(found: list[Candidate]) -> str:
    return msgspec.json.encode(found).decode()


def assert_untold(secret: str, found: list[Candidate]) -> None:
    """No part of a secret longer than what may be shown is told."""
    text = told(found)
    parts = {secret[start : start + SHOWN_MAX + 1] for start in range(len(secret) - SHOWN_MAX)}
    assert not [part for part in parts if part in text]


@pytest.mark.parametrize("case", SECRETS, ids=str)
@pytest.mark.parametrize("analyser", ANALYSERS)
def test_no_planted_secret_is_told_by_any_analyser(case: Case, analyser: str) -> None:
    text, path = case.planted_text, case.path
    found = candidates(analyser, path, text)
    for value in (*PLANTED_VALUES, KEY_BODY):
        if value in text:
            assert_untold(value, found)


def test_two_secrets_in_a_line_are_told_apart_and_neither_shows() -> None:
    line = f'KEYS = {{"stripe": "{STRIPE}", "github": "{GITHUB}", "aws": "{AWS}"}}\n'
    found = candidates("secrets", "app/keys.py", line)
    assert rules(found) == {"secret-stripe-key", "secret-github-token", "secret-aws-key"}
    for secret in (STRIPE, GITHUB, AWS):
        assert_untold(secret, found)


def test_a_line_told_for_another_reason_ends_before_its_secret() -> None:
    line = f'def f(cursor, name):\n    cursor.execute(f"SELECT {{name}} FROM t", password="{RANDOM}", key="{GITHUB}")\n'
    found = candidates("dangerous", "app/db.py", line)
    assert rules(found) == {"sql-from-strings"}
    for secret in (RANDOM, GITHUB):
        assert_untold(secret, found)


def test_a_password_in_a_comparison_shows_its_first_letter_only() -> None:
    (found,) = candidates("authentication", "app/login.py", 'ok = password == "Qz7hunter2"\n')
    assert found.excerpt == 'password == "Q'


def test_a_secret_that_stands_twice_in_a_line_shows_neither_time() -> None:
    line = f'KNOWN = {{"{GITHUB}": 1, "password": "{GITHUB}"}}\n'
    for analyser in ANALYSERS:
        assert_untold(GITHUB, candidates(analyser, "app/keys.py", line))


def test_a_word_that_is_its_own_name_is_no_secret() -> None:
    assert candidates("secrets", "app/a.py", 'TABLE = {"secrets": "secrets", "password": "password"}\n') == []


def test_an_excerpt_shows_where_the_secret_begins() -> None:
    (found,) = candidates("secrets", "app/keys.py", f'    TOKEN = "{GITHUB}"\n')
    assert found.excerpt == 'TOKEN = "ghp_'


@given(st.text(alphabet="abcXYZ019 =,'\"{}[]:", max_size=60), st.text(alphabet="abcXYZ019 =,'\"{}[]:", max_size=60))
def test_a_known_token_anywhere_in_a_line_is_never_told_whole(before: str, after: str) -> None:
    found = candidates("secrets", "app/keys.py", f'{before} "{GITHUB}" {after}\n')
    assert "secret-github-token" in rules(found)
    assert_untold(GITHUB, found)


def test_a_secret_far_into_a_very_long_line_is_found_and_hidden() -> None:
    line = "x = [" + "1, " * 2_000 + f'"{GITHUB}"]\n'
    found = candidates("secrets", "app/data.py", line)
    assert rules(found) == {"secret-github-token"}
    assert len(found[0].excerpt) <= 240
    assert_untold(GITHUB, found)


@given(st.text(max_size=200))
def test_any_line_can_be_looked_at(line: str) -> None:
    for secret in secrets_in("app/a.py", "Python", line.replace("\n", " ")):
        assert 0 <= secret.start <= secret.revealed_end <= secret.end
        assert line.replace("\n", " ")[secret.start : secret.end] == secret.value


def test_what_the_authors_allowed_is_counted_and_not_told() -> None:
    text = f'a = "{GITHUB}"  # pragma: allowlist secret\n# pragma: allowlist nextline secret\nb = "{STRIPE}"\n'
    assert candidates("secrets", "app/keys.py", text) == []


def test_a_secret_in_a_test_weighs_less_than_one_that_ships() -> None:
    (shipped,) = candidates("secrets", "app/keys.py", f'a = "{GITHUB}"\n')
    (tested,) = candidates("secrets", "tests/test_keys.py", f'a = "{GITHUB}"\n')
    assert tested.weight < shipped.weight
    assert tested.confidence < shipped.confidence
