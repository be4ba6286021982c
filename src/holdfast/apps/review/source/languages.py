"""Which language a file is written in: by its name, its suffix, or the interpreter its first line names."""

import re

_BY_NAME = {
    "dockerfile": "Dockerfile",
    "containerfile": "Dockerfile",
    "makefile": "Makefile",
    "gnumakefile": "Makefile",
    "cmakelists.txt": "CMake",
    "gemfile": "Ruby",
    "rakefile": "Ruby",
    "jenkinsfile": "Groovy",
    "pipfile": "TOML",
    "go.mod": "Go module",
    "go.work": "Go module",
    ".env": "dotenv",
    ".npmrc": "INI",
    ".pypirc": "INI",
    ".netrc": "INI",
    ".gitconfig": "INI",
    ".bashrc": "Shell",
    ".profile": "Shell",
}

_BY_SUFFIX = {
    "Python": "py pyw pyi",
    "Cython": "pyx pxd",
    "JavaScript": "js mjs cjs jsx",
    "TypeScript": "ts mts cts tsx",
    "Java": "java",
    "Kotlin": "kt kts",
    "Scala": "scala sc",
    "Groovy": "groovy gradle",
    "C": "c h",
    "C++": "cc cpp cxx c++ hh hpp hxx ipp",
    "C#": "cs",
    "Objective-C": "m mm",
    "Go": "go",
    "Rust": "rs",
    "Swift": "swift",
    "Ruby": "rb rake gemspec erb",
    "PHP": "php phtml",
    "Perl": "pl pm",
    "Lua": "lua",
    "R": "r",
    "Erlang": "erl hrl",
    "Elixir": "ex exs",
    "Haskell": "hs",
    "Dart": "dart",
    "Zig": "zig",
    "Solidity": "sol",
    "Fortran": "f f77 f90 f95 f03",
    "GDScript": "gd",
    "PL/SQL": "pls plb",
    "Vue": "vue",
    "Svelte": "svelte",
    "Shell": "sh bash zsh ksh",
    "PowerShell": "ps1 psm1",
    "Batch": "bat cmd",
    "SQL": "sql",
    "Terraform": "tf tfvars",
    "Protobuf": "proto",
    "GraphQL": "graphql gql",
    "HTML": "html htm xhtml",
    "Template": "j2 jinja jinja2 mako tmpl tpl ejs hbs",
    "CSS": "css scss sass less",
    "XML": "xml xsd xsl xslt svg plist",
    "JSON": "json jsonc json5 webmanifest",
    "JSON Lines": "jsonl ndjson",
    "Jupyter": "ipynb",
    "YAML": "yaml yml",
    "TOML": "toml",
    "INI": "ini cfg conf cnf properties editorconfig",
    "dotenv": "env",
    "CSV": "csv tsv",
    "Markdown": "md markdown mdx",
    "reStructuredText": "rst",
    "Text": "txt text",
}
_LANGUAGES = {suffix: language for language, suffixes in _BY_SUFFIX.items() for suffix in suffixes.split()}

_BY_INTERPRETER = {
    "python": "Python",
    "pypy": "Python",
    "node": "JavaScript",
    "deno": "TypeScript",
    "sh": "Shell",
    "bash": "Shell",
    "dash": "Shell",
    "zsh": "Shell",
    "ksh": "Shell",
    "ruby": "Ruby",
    "perl": "Perl",
    "php": "PHP",
    "lua": "Lua",
    "rscript": "R",
}
_INTERPRETER = re.compile(r"^#!\s*\S*?/?(?:env\s+(?:-\S+\s+)*)?([A-Za-z]+)[\d.]*(?:\s|$)")

_PROGRAMMED_IN = """
    Python Cython JavaScript TypeScript Java Kotlin Scala Groovy C C++ C# Objective-C Go Rust Swift Ruby PHP Perl Lua R
    Erlang Elixir Haskell Dart Zig Solidity Fortran GDScript PL/SQL Vue Svelte Shell PowerShell Batch SQL Terraform
    Template Dockerfile Makefile CMake HTML
"""
CODE = frozenset(_PROGRAMMED_IN.split())
UNKNOWN = "Unknown"


def language_of(name: str, first_line: str) -> str:
    """Return the language of a file by its base name and its first line."""
    lowered = name.lower()
    if lowered in _BY_NAME:
        return _BY_NAME[lowered]
    stem, dot, suffix = lowered.rpartition(".")
    if stem.startswith("dockerfile") or stem == ".env" or lowered.startswith("dockerfile."):
        return "Dockerfile" if "dockerfile" in lowered else "dotenv"
    if dot and suffix in _LANGUAGES:
        return _LANGUAGES[suffix]
    interpreter = _INTERPRETER.match(first_line)
    if interpreter and not (dot and stem):
        return _BY_INTERPRETER.get(interpreter.group(1).lower(), UNKNOWN)
    return UNKNOWN
