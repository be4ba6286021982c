"""Secrets, and what only looks like one. Each planted value is put together here, so that this file holds none."""

from functools import partial

from tests.apps.review.analysers.corpus.case import Case

_case = partial(Case, "secrets")

AWS = "AKIA" + "Q3EGRIXTPZ5MWN7L"
GITHUB = "ghp_" + "Zx81kQpL0vR7mTn2WbYc4DsE9fGhJ6uAo3iK"
SLACK = "xoxb-" + "263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"
STRIPE = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
KEY_BODY = "MIIEpAIBAAKCAQEA7yn3bRHQ5FHMQ8Zc1nXo4VwZtE2uGkLrPaJdS6fT"
PRIVATE_KEY = "-----BEGIN RSA " + "PRIVATE KEY-----"
TOKEN = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiI0NzExIn0." + "8bTmZ3vQx1LkPw7RnY2cDsE9fGhJ6uAo3iK4XyZ5WqU"
RANDOM = "q8Zt" + "3VnL0xRp7KdWm2YbTs5GhJc9FeUa"
HEX = "9f86d081884c7d65" + "9a2feaa0c55ad015"

PLANTED_VALUES = (AWS, GITHUB, SLACK, STRIPE, TOKEN, RANDOM, HEX, "tr0ub4dor-3", "Sup3r-Geheim!", "c0rrect-h0rse")

SECRETS = (
    _case("secret-aws-key", f'ACCESS = "{AWS}"  # !', 'ACCESS = "AKIAIOSFODNN7EXAMPLE"\nPREFIX = "AKIA"'),
    _case("secret-github-token", f'x = "{GITHUB}"  # !', 'PREFIX = "ghp_"\nx = os.environ["GITHUB_TOKEN"]'),
    _case("secret-slack-token", f'slack = "{SLACK}"  # !', 'slack = "xoxb-your-token-here"'),
    _case("secret-stripe-key", f'stripe.key = "{STRIPE}"  # !', "stripe.key = settings.STRIPE_KEY"),
    _case(
        "secret-private-key",
        f'''
        KEY = """
        {PRIVATE_KEY}  # !
        {KEY_BODY}
        """
        ''',
        f'''
        HEADER = "{PRIVATE_KEY}"

        def is_key(text):
            return text.startswith("{PRIVATE_KEY}")
        ''',
    ),
    _case("secret-jwt", f'x = "{TOKEN}"  # !', 'x = "eyJ" + body'),
    _case(
        "secret-basic-auth",
        'DATABASE = "postgres://shop:tr0ub4dor-3@db.shop.io/orders"  # !',
        """
        DATABASE = "postgres://user:password@db.shop.io/orders"
        SHORT = "postgres://user:pass@db.shop.io/orders"
        OTHER = f"postgres://{user}:{password}@db.shop.io/orders"
        THIRD = "postgres://db.shop.io/orders"
        """,
    ),
    _case(
        "secret-keyword",
        """
        password = "Sup3r-Geheim!"  # !
        config = {"db_password": "c0rrect-h0rse"}  # !
        """,
        """
        password = "changeme"
        password = os.environ["PASSWORD"]
        password = getpass("Password: ")
        password_field = "user_password_1"
        secret_name = "prod-db-2"
        PASSWORD = "password"
        api_key = "YOUR_API_KEY"
        api_key = "<your key here>"
        secret = "${SECRET_1}"
        form = {"type": "password", "password": None, "secret": ""}
        error = {"password": "must be at least 8 characters long"}
        assert user.password != other.password
        """,
    ),
    _case(
        "secret-keyword",
        "DB_PASSWORD=c0rrect-h0rse  # !",
        "DB_PASSWORD=\nDB_PASSWORD=${PASSWORD}\nDB_PASSWORD=changeme\nDEBUG=1",
        path=".env",
    ),
    _case(
        "secret-keyword",
        """
        database:
          password: c0rrect-h0rse  # !
        """,
        """
        database:
          password: ${DB_PASSWORD}
          password: "{{ vault_password }}"
          secretName: orders-db
        """,
        path="deploy/values.yaml",
    ),
    _case(
        "secret-entropy",
        f"""
        signing_key = "{RANDOM}"  # !
        auth = "{HEX}"  # !
        """,
        f"""
        checksum = "{HEX}"
        token_sha256 = "{HEX}"
        ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        path = "some/very/long/path/To/A/Module1/that/is/no/secret"
        key = "a-kebab-case-name-that-is-long-enough"
        request_id = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
        integrity = "sha512-{RANDOM}"
        """,
    ),
)
