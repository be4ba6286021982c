"""Injection and dangerous calls, and what only looks like them."""

from functools import partial

from tests.apps.review.analysers.corpus.case import Case

_case = partial(Case, "dangerous")

DANGEROUS = (
    _case(
        "sql-from-strings",
        """
        def find(cursor, name, column, ids):
            cursor.execute(f"SELECT * FROM users WHERE name = '{name}'")  # !
            cursor.execute("SELECT * FROM users WHERE name = '" + name + "'")  # !
            cursor.execute("SELECT * FROM users WHERE name = '%s'" % name)  # !
            cursor.execute("SELECT * FROM users ORDER BY {}".format(column))  # !
            query = "DELETE FROM users WHERE name = "
            query += name
            cursor.execute(query)  # !
            where = " AND ".join(f"id = {i}" for i in ids)
            cursor.executemany("UPDATE users SET a = 1 WHERE " + where, [])  # !
        """,
        """
        TABLE = "users"
        COLUMNS = ", ".join(["id", "name"])

        def find(cursor, name, ids, limit: int, executor):
            cursor.execute("SELECT * FROM users WHERE name = ?", (name,))
            cursor.execute("SELECT * FROM users WHERE name = %s", [name])
            cursor.execute(f"SELECT {COLUMNS} FROM {TABLE} WHERE name = ?", (name,))
            cursor.execute(f"SELECT * FROM users LIMIT {limit:d}")
            cursor.execute(f"SELECT * FROM users LIMIT {limit}")
            cursor.execute("SELECT * FROM users LIMIT %d" % limit)
            marks = ",".join("?" * len(ids))
            cursor.execute(f"SELECT * FROM users WHERE id IN ({marks})", ids)
            also = ",".join("?" for _ in ids)
            cursor.execute("SELECT * FROM users WHERE id IN (" + also + ")", ids)
            executor.execute(f"hello {name}")
            print(f"SELECT * FROM users WHERE name = {name}")
        """,
    ),
    _case(
        "shell-command",
        """
        import os
        import subprocess as sp
        from subprocess import run

        def clean(folder):
            os.system("rm -rf " + folder)  # !
            sp.call(f"tar xf {folder}", shell=True)  # !
            run(folder, shell=True)  # !
            os.popen("ls %s" % folder)  # !
        """,
        """
        import os
        import shlex
        import subprocess

        def clean(folder, db):
            os.system("clear")
            subprocess.run("ls -l | wc -l", shell=True)
            subprocess.run(["rm", "-rf", folder])
            subprocess.run(["rm", "-rf", folder], shell=False)
            subprocess.run("ls " + shlex.quote(folder), shell=True)
            db.system(folder)
        """,
    ),
    _case(
        "code-from-text",
        """
        from flask import request

        def calculate(text):
            exec(text)  # !
            return eval("1 + " + text)  # !

        def route():
            return eval(request.args["sum"])  # !
        """,
        """
        import ast
        import re

        def calculate(text, model, frame):
            model.eval()
            frame.eval("a + b")
            re.compile(text)
            eval("1 + 1")
            return ast.literal_eval(text)
        """,
    ),
    _case(
        "unsafe-deserialisation",
        """
        import pickle
        import marshal
        import shelve

        def load(data, path):
            pickle.loads(data)  # !
            marshal.loads(data)  # !
            shelve.open(path)  # !
            with open(path, "rb") as file:
                return pickle.load(file)  # !
        """,
        """
        import json
        import pickle

        def load(data, thing, file):
            json.loads(data)
            pickle.dump(thing, file)
            return pickle.loads(pickle.dumps(thing))
        """,
    ),
    _case(
        "unsafe-yaml",
        """
        import yaml

        def load(text):
            yaml.load(text)  # !
            yaml.load(text, Loader=yaml.Loader)  # !
            yaml.unsafe_load(text)  # !
        """,
        """
        import yaml
        from yaml import CSafeLoader

        def load(text):
            yaml.safe_load(text)
            yaml.load(text, Loader=yaml.SafeLoader)
            yaml.load(text, CSafeLoader)
            yaml.dump(text)
        """,
    ),
    _case(
        "path-traversal",
        """
        import os
        from flask import request, send_file

        FOLDER = "/srv/files"

        def download():
            return send_file(os.path.join(FOLDER, request.args["name"]))  # !

        def read():
            name = request.form.get("name")
            with open(FOLDER + "/" + name) as file:  # !
                return file.read()

        def save(filename, data):
            with open(os.path.join(FOLDER, filename), "wb") as file:  # !
                file.write(data)
        """,
        """
        import os
        from pathlib import Path
        from flask import request, send_file
        from werkzeug.utils import secure_filename

        FOLDER = "/srv/files"

        def download():
            return send_file(os.path.join(FOLDER, secure_filename(request.args["name"])))

        def read():
            place = (Path(FOLDER) / request.form["name"]).resolve()
            if not place.is_relative_to(FOLDER):
                raise ValueError("outside")
            return place.read_text()

        def settings(path):
            with open(path) as file:
                return file.read()

        def logo():
            return send_file("static/logo.png")
        """,
    ),
    _case(
        "template-injection",
        """
        from flask import render_template_string, request
        from jinja2 import Template

        def page():
            return render_template_string("Hello " + request.args["name"])  # !

        def mail():
            return Template(request.form["template"]).render()  # !
        """,
        """
        from flask import render_template, render_template_string, request
        from jinja2 import Template

        def page():
            return render_template_string("Hello {{ name }}", name=request.args["name"])

        def other():
            return render_template("page.html", name=request.args["name"])

        def mail(source):
            return Template(source).render()
        """,
    ),
    _case(
        "markup-unescaped",
        """
        from django.utils.safestring import mark_safe
        from django.http import HttpResponse
        from markupsafe import Markup

        def label(text):
            return mark_safe("<b>" + text + "</b>")  # !

        def other(text):
            return Markup(f"<b>{text}</b>")  # !

        def view(request):
            return HttpResponse(f"<p>{request.GET['q']}</p>")  # !
        """,
        """
        from django.utils.html import escape, format_html
        from django.utils.safestring import mark_safe
        from django.http import HttpResponse
        from markupsafe import Markup

        def label(text):
            return mark_safe("<b>fixed</b>") + format_html("<b>{}</b>", text)

        def other(text):
            return Markup("<b>{}</b>").format(text) + Markup.escape(text) + mark_safe("<b>" + escape(text) + "</b>")

        def view(request):
            return HttpResponse(f"ok {request.GET['q']}", content_type="text/plain")
        """,
    ),
    _case(
        "autoescape-off",
        """
        import flask
        import jinja2

        first = jinja2.Environment()  # !
        second = jinja2.Environment(autoescape=False)  # !
        """,
        """
        import flask
        import jinja2

        first = jinja2.Environment(autoescape=True)
        second = jinja2.Environment(autoescape=jinja2.select_autoescape())
        """,
    ),
    _case(
        "request-to-foreign-address",
        """
        import requests
        from flask import request

        def proxy():
            url = request.args.get("url")
            return requests.get(url, timeout=5).text  # !
        """,
        """
        import requests
        from flask import request

        HOST = "https://api.shop.example"

        def proxy(url):
            requests.get(HOST + "/status", timeout=5)
            requests.get(f"https://api.shop.example/{request.args['id']}", timeout=5)
            return requests.get(url, timeout=5).text
        """,
    ),
    _case(
        "open-redirect",
        """
        from flask import redirect, request

        def leave():
            return redirect(request.args["next"])  # !
        """,
        """
        from flask import redirect, request, url_for

        def leave():
            if request.args["next"]:
                return redirect(url_for("home"))
            return redirect("/items/" + request.args["id"])
        """,
    ),
    _case(
        "archive-unpacked-unchecked",
        """
        import tarfile

        def unpack(path):
            with tarfile.open(path) as archive:
                archive.extractall("/srv")  # !
        """,
        """
        import tarfile

        def unpack(path):
            with tarfile.open(path) as archive:
                archive.extractall("/srv", filter="data")
        """,
    ),
    _case(
        "xml-entities",
        """
        import xml.etree.ElementTree as ET

        def read(path):
            return ET.parse(path)  # !
        """,
        """
        import defusedxml.ElementTree as ET

        def read(path):
            return ET.parse(path)
        """,
    ),
    _case(
        "xml-external-entities",
        """
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=True)  # !
        """,
        """
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        """,
    ),
    _case(
        "path-traversal",
        """
        import os
        from flask import request

        def upload():
            file = request.files["file"]
            file.save("/srv/uploads/" + file.filename)  # !
        """,
        """
        import os
        from flask import request
        from werkzeug.utils import secure_filename

        def upload(form):
            file = request.files["file"]
            file.save(os.path.join("/srv/uploads", secure_filename(file.filename)))
            form.save(commit=False)
        """,
    ),
    _case(
        "path-traversal",
        """
        res.sendFile(root + req.query.name);  # !
        """,
        """
        res.sendFile(root + "/index.html");
        """,
        path="web/files.js",
    ),
    _case(
        "open-redirect",
        """
        res.redirect(req.query.next);  # !
        """,
        """
        res.redirect("/home");
        """,
        path="web/login.js",
    ),
    _case(
        "request-to-foreign-address",
        """
        const page = await fetch(req.body.url);  # !
        """,
        """
        const page = await fetch("https://api.shop.example/status");
        """,
        path="web/proxy.js",
    ),
    _case(
        "code-from-text",
        """
        const sum = eval(req.query.sum);  # !
        const f = new Function("a", body);  # !
        """,
        """
        // eval(req.query.sum)
        const two = eval('1 + 1');
        model.eval(x);
        const evaluate = retrieval(x);
        """,
        path="web/app.js",
    ),
    _case(
        "html-from-text",
        """
        box.innerHTML = name;  # !
        box.innerHTML += `<b>${name}</b>`;  # !
        document.write(location.hash);  # !
        """,
        """
        box.innerHTML = '';
        box.innerHTML = "<b>fixed</b>";
        box.textContent = name;
        if (box.innerHTML === name) { stop(); }
        """,
        path="web/app.ts",
    ),
    _case(
        "script-shell-command",
        """
        exec(`rm -rf ${folder}`);  # !
        execSync("ls " + folder);  # !
        """,
        """
        exec("ls -l");
        execFile("rm", ["-rf", folder]);
        const found = pattern.exec(text);
        """,
        path="web/app.js",
    ),
    _case(
        "sql-from-strings",
        """
        db.query(`SELECT * FROM users WHERE id = ${id}`);  # !
        db.query("SELECT * FROM users WHERE id = " + id);  # !
        """,
        """
        db.query("SELECT * FROM users WHERE id = $1", [id]);
        db.query(`SELECT * FROM users`);
        log.info(`SELECT took ${ms} ms`);
        """,
        path="web/db.js",
    ),
    _case(
        "download-into-shell",
        """
        RUN curl -sSL https://get.tool.example/install.sh | sh  # !
        """,
        """
        RUN curl -sSL https://get.tool.example/tool.tgz | tar xz
        RUN curl -o install.sh https://get.tool.example/install.sh && sha256sum -c sums
        """,
        path="Dockerfile",
    ),
)
