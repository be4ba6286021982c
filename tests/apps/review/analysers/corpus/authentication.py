"""Who is let in unchecked, and what only looks like it."""

from functools import partial

from tests.apps.review.analysers.corpus.case import Case

_case = partial(Case, "authentication")

AUTHENTICATION = (
    _case(
        "route-without-authentication",
        """
        from flask import Flask
        from flask_login import login_required

        app = Flask(__name__)

        @app.route("/orders")
        @login_required
        def orders():
            return "orders"

        @app.route("/invoices")
        @login_required
        def invoices():
            return "invoices"

        @app.route("/customers", methods=["DELETE"])
        def delete_customers():  # !
            return "gone"
        """,
        """
        from flask import Flask
        from flask_login import login_required

        app = Flask(__name__)

        @app.route("/orders")
        @login_required
        def orders():
            return "orders"

        @app.route("/invoices")
        @login_required
        def invoices():
            return "invoices"

        @app.route("/login", methods=["POST"])
        def login():
            return "welcome"

        @app.route("/health")
        def health():
            return "ok"

        @app.route("/")
        def home():
            return "hello"
        """,
    ),
    _case(
        "route-without-authentication",
        """
        from fastapi import Depends, FastAPI

        app = FastAPI()

        @app.get("/orders")
        def orders(user=Depends(get_current_user)):
            return []

        @app.get("/invoices", dependencies=[Depends(require_admin)])
        def invoices():
            return []

        @app.post("/refunds")
        def refund(order: int):  # !
            return order
        """,
        """
        from fastapi import APIRouter, Depends

        router = APIRouter(dependencies=[Depends(get_current_user)])

        @router.get("/orders")
        def orders(user=Depends(get_current_user)):
            return []

        @router.get("/invoices")
        def invoices(user=Depends(get_current_user)):
            return []

        @router.post("/refunds")
        def refund(order: int):
            return order
        """,
    ),
    _case(
        "csrf-exempt",
        """
        import django
        from django.views.decorators.csrf import csrf_exempt

        @csrf_exempt  # !
        def pay(request):
            return None
        """,
        """
        import django
        from django.views.decorators.csrf import csrf_protect

        @csrf_protect
        def pay(request):
            return None
        """,
    ),
    _case(
        "jwt-unverified",
        """
        import jwt

        def who(token, key):
            jwt.decode(token, options={"verify_signature": False})  # !
            jwt.decode(token, key, algorithms=["none"])  # !
            jwt.decode(token, key, verify=False)  # !
        """,
        """
        import jwt

        def who(token, key, settings):
            jwt.decode(token, key, algorithms=["HS256"])
            jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False})
            jwt.decode(token, key, **settings)
        """,
    ),
    _case(
        "route-without-authentication",
        """
        from flask import Flask, session

        app = Flask(__name__)

        @app.get("/orders")
        def orders():
            if "user" not in session:
                abort(401)
            return []

        @app.get("/invoices")
        def invoices():
            require_role("clerk")
            return []

        @app.get("/customers")
        def customers():  # !
            return []
        """,
        """
        from flask import Flask, session

        app = Flask(__name__)

        @app.post("/login")
        def login():
            session["user"] = authenticate()
            return "ok"

        @app.get("/token")
        def token():
            return jwt.decode(given, key, algorithms=["HS256"])

        @app.get("/orders")
        def orders():
            return []

        @app.get("/invoices")
        def invoices():
            return []
        """,
    ),
    _case(
        "jwt-key-in-code",
        """
        import jwt

        def sign(claims, token):
            jwt.encode(claims, "Hm8xk2Lq9", algorithm="HS256")  # !
            return jwt.decode(token, "Hm8xk2Lq9", algorithms=["HS256"])  # !
        """,
        """
        import jwt

        def sign(claims, token, key):
            jwt.encode(claims, key, algorithm="HS256")
            return jwt.decode(token, settings.KEY, algorithms=["HS256"])
        """,
    ),
    _case(
        "certificate-unverified",
        """
        import requests
        import ssl

        def fetch(session, context):
            requests.get("https://a.example", verify=False, timeout=5)  # !
            session.verify = False  # !
            context.check_hostname = False  # !
            context.verify_mode = ssl.CERT_NONE  # !
            ssl._create_default_https_context = ssl._create_unverified_context  # !
        """,
        """
        import requests
        import ssl

        def fetch(session, context, form):
            requests.get("https://a.example", verify=True, timeout=5)
            requests.get("https://a.example", verify="/etc/ca.pem", timeout=5)
            session.verify = "/etc/ca.pem"
            context.verify_mode = ssl.CERT_REQUIRED
            form.verified = False
        """,
    ),
    _case(
        "hard-coded-credential-check",
        """
        def login(user, password):
            if user.password == "hunter2abc":  # !
                return True
            return "letmein99" == password  # !
        """,
        """
        def login(kind, password, field):
            if kind == "password" or field.type == "password":
                return None
            if password == "":
                return None
            return password != "unset"
        """,
    ),
    _case(
        "right-by-user-name",
        """
        def may_delete(user):
            return user.username == "admin"  # !
        """,
        """
        def may_delete(user, mode):
            return user.role == "owner" and mode == "admin"
        """,
    ),
    _case(
        "secret-compared-plainly",
        """
        import hashlib
        import hmac
        from flask import request

        def hook(secret):
            signature = hmac.new(secret, request.data, "sha256").hexdigest()
            if request.headers["X-Signature"] == signature:  # !
                return True
            return request.headers["api_key"] == secret  # !
        """,
        """
        import hmac
        from flask import request

        def hook(secret, token, data):
            signature = hmac.new(secret, request.data, "sha256").hexdigest()
            if hmac.compare_digest(request.headers["X-Signature"], signature):
                return True
            if data["password"] != data["confirm"] or request.form["password"] != request.form["password2"]:
                return False
            return token == "(" or token.type == TokenType.NAME
        """,
    ),
    _case(
        "password-hashed-quickly",
        """
        import hashlib

        def store(user, password):
            user.digest = hashlib.sha256(password.encode()).hexdigest()  # !
            return hashlib.new("sha512", user.password)  # !
        """,
        """
        import hashlib

        def store(user, content, password_field):
            hashlib.sha256(content).hexdigest()
            hashlib.sha256(b"password").hexdigest()
            return hashlib.scrypt(user.password, salt=b"x", n=2, r=1, p=1)
        """,
    ),
    _case(
        "predictable-secret",
        """
        import random
        import string

        def reset(user):
            user.reset_token = random.randint(0, 10**9)  # !
            password = "".join(random.choice(string.ascii_letters) for _ in range(12))  # !
            return password

        def generate_token():
            return "%032x" % random.getrandbits(128)  # !

        def reset_password(user):
            code = random.randint(100000, 999999)  # !
            send(user, code)
        """,
        """
        import random
        import secrets

        def reset(user):
            user.reset_token = secrets.token_urlsafe()
            delay = random.uniform(0, 1)
            token_count = random.randint(1, 5)
            return delay + token_count

        def pick_colour():
            return random.choice(["red", "green"])
        """,
    ),
    _case(
        "debug-on",
        """
        import django

        DEBUG = True  # !
        """,
        """
        import os
        import django

        DEBUG = os.environ.get("DEBUG") == "1"

        def log():
            DEBUG = True
            return DEBUG
        """,
    ),
    _case(
        "flask-debugger",
        """
        from flask import Flask

        app = Flask(__name__)
        app.run(debug=True)  # !
        """,
        """
        from flask import Flask

        app = Flask(__name__)
        app.run(debug=False)
        """,
    ),
    _case(
        "csrf-off",
        """
        app.config["WTF_CSRF_ENABLED"] = False  # !
        """,
        """
        app.config["WTF_CSRF_ENABLED"] = True
        """,
    ),
    _case(
        "cors-open",
        """
        import fastapi

        CORS_ALLOW_ALL_ORIGINS = True  # !
        app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)  # !
        response.headers["Access-Control-Allow-Origin"] = "*"  # !
        """,
        """
        import fastapi

        CORS_ALLOW_ALL_ORIGINS = False
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)
        response.headers["Access-Control-Allow-Origin"] = "https://shop.example"
        """,
    ),
    _case(
        "session-cookie-readable",
        """
        import flask

        def login(response, value):
            response.set_cookie("session_token", value)  # !
        """,
        """
        import flask

        def login(response, value):
            response.set_cookie("session_token", value, httponly=True, secure=True)
            response.set_cookie("theme", "dark")
        """,
    ),
    _case(
        "ssh-host-unverified",
        """
        import paramiko

        def connect(client):
            client = paramiko.SSHClient()
            client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # !
        """,
        """
        import paramiko

        def connect(client):
            client = paramiko.SSHClient()
            client.set_missing_host_key_policy(paramiko.RejectPolicy())
        """,
    ),
    _case(
        "certificate-unverified",
        """
        const agent = new https.Agent({ rejectUnauthorized: false });  # !
        process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";  # !
        """,
        """
        const agent = new https.Agent({ rejectUnauthorized: true });
        // never set rejectUnauthorized: false
        """,
        path="web/http.ts",
    ),
    _case(
        "predictable-secret",
        """
        const resetToken = Math.random().toString(36);  # !
        """,
        """
        const colour = Math.random();
        const resetToken = crypto.randomBytes(16).toString("hex");
        """,
        path="web/token.js",
    ),
    _case(
        "jwt-unverified",
        """
        jwt.verify(token, key, { algorithms: ["none"] });  # !
        """,
        """
        jwt.verify(token, key, { algorithms: ["RS256"] });
        """,
        path="web/token.js",
    ),
)
