"""What becomes of people's data, and what only looks like a leak."""

from functools import partial

from tests.apps.review.analysers.corpus.case import Case

_case = partial(Case, "data_handling")

DATA_HANDLING = (
    _case(
        "secret-in-log",
        """
        import logging

        logger = logging.getLogger(__name__)

        def login(user, password, api_key):
            logger.info("login %s with %s", user.id, password)  # !
            logging.debug(f"key {api_key}")  # !
            print("password: " + user.password)  # !
            logger.info("tried", extra={"password": password})  # !
        """,
        """
        import logging

        logger = logging.getLogger(__name__)

        def login(user, password, token_count, tokens):
            logger.info("password reset requested for %s", user.id)
            logger.info("length %d", len(password))
            logger.info("given: %s", bool(password))
            logger.info("password is %s", mask(password))
            logger.debug("%d tokens: %s", token_count, tokens)
            print("Enter your password:")
            user.logger = password
        """,
    ),
    _case(
        "personal-data-in-log",
        """
        import logging

        log = logging.getLogger(__name__)

        def order(user, card_number):
            log.info("mail to %s", user.email)  # !
            log.warning(f"card {card_number} refused")  # !
            log.error("person: %s", user["ssn"])  # !
            log.debug("form: %s", request.form)  # !
        """,
        """
        import logging

        log = logging.getLogger(__name__)

        def order(user, email_count, email_template):
            log.info("mail sent to user %s", user.id)
            log.info("%d mails, template %s", email_count, email_template)
            log.info("mail to %s", redact(user.email))
            send(user.email)
            log.debug("page %s of %s", request.form["page"], request.path)
        """,
    ),
    _case(
        "secret-in-exception",
        """
        def connect(user, password):
            raise ValueError(f"cannot log in {user} with {password}")  # !
        """,
        """
        def connect(user, password):
            if not password:
                raise ValueError(f"no password for {user}")
            raise ValueError("wrong password")
        """,
    ),
    _case(
        "broken-hash",
        """
        import hashlib

        def sign(data):
            return hashlib.md5(data).hexdigest()  # !

        def summary(data):
            return hashlib.new("sha1", data)  # !
        """,
        """
        import hashlib

        def sign(data):
            return hashlib.sha256(data).hexdigest()

        def etag(content):
            return hashlib.md5(content).hexdigest()

        def cache_key(data):
            return hashlib.sha1(data, usedforsecurity=False).hexdigest()
        """,
    ),
    _case(
        "temporary-name-raced",
        """
        import tempfile

        def scratch():
            return tempfile.mktemp()  # !
        """,
        """
        import tempfile

        def scratch():
            with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
                return file, folder, tempfile.mkstemp()
        """,
    ),
    _case(
        "fixed-path-in-tmp",
        """
        LOCK = "/tmp/app.lock"

        def lock():
            return open(LOCK, "w")  # !

        def dump():
            return open("/tmp/dump.txt", "w")  # !
        """,
        """
        import tempfile

        HELP = "writes to /tmp/app.lock"

        def lock(folder):
            print("/tmp/app.lock")
            return open(folder + "/app.lock", "w"), tempfile.gettempdir()
        """,
    ),
    _case(
        "open-permissions",
        """
        import os

        def share(path):
            os.chmod(path, 0o777)  # !
        """,
        """
        import os

        def share(path):
            os.chmod(path, 0o600)
        """,
    ),
    _case(
        "cleartext-http",
        """
        import requests

        API_URL = "http://api.shop.io/v1"  # !

        def fetch():
            return requests.get("http://api.shop.io/v1/orders", timeout=5)  # !
        """,
        """
        import requests

        API_URL = "https://api.shop.io/v1"
        NAMESPACE = "http://www.w3.org/2000/svg"
        HOMEPAGE = "http://www.lua.org"
        LOCAL_URL = "http://localhost:8000"
        BASE_URL = "http://127.0.0.1:8000"

        def fetch():
            requests.get("http://localhost:8000/orders", timeout=5)
            requests.get("http://db/orders", timeout=5)
            return requests.get("http://api.example.com/orders", timeout=5)
        """,
    ),
    _case(
        "request-without-timeout",
        """
        import requests

        def fetch(url):
            return requests.get(url)  # !
        """,
        """
        import requests

        def fetch(url):
            return requests.get(url, timeout=5)
        """,
    ),
    _case(
        "personal-data-pickled",
        """
        import pickle

        def keep(user, cache):
            cache["u"] = pickle.dumps(user)  # !
        """,
        """
        import pickle

        def keep(model, cache):
            cache["m"] = pickle.dumps(model)
        """,
    ),
    _case(
        "short-key",
        """
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # !
        """,
        """
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        """,
    ),
    _case(
        "secret-in-log",
        """
        console.log(password);  # !
        console.log("token", user.accessToken);  # !
        logger.info(`key ${config.apiKey}`);  # !
        """,
        """
        console.log("password changed");
        console.log(passwordLength);
        console.log(`sent to ${user.id}`);
        """,
        path="web/login.js",
    ),
    _case(
        "cleartext-http",
        """
        fetch("http://api.shop.io/orders");  # !
        """,
        """
        fetch("https://api.shop.io/orders");
        fetch("http://localhost:3000/orders");
        """,
        path="web/api.ts",
    ),
)
