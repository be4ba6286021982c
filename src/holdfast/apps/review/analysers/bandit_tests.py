"""Who answers for which test of bandit, and what its results are called here."""

from dataclasses import dataclass

from holdfast.apps.review.analysers.subject import Rule


@dataclass(frozen=True, slots=True)
class BanditTest:
    """A test of bandit that is used: by whom, as which rule, with how much confidence."""

    analyser: str
    rule: Rule
    confidence: float


_XML = Rule(
    "xml-entities",
    "XML parsed with entity expansion",
    "low",
    "A hostile document can exhaust memory through nested entities: parse it with defusedxml.",
    776,
)
_CIPHER = Rule(
    "weak-cipher", "Broken cipher or mode", "high", "This cipher or mode is broken: use AES-GCM or ChaCha20.", 327
)
_CLEARTEXT = Rule(
    "cleartext-protocol", "Protocol without encryption", "medium", "What is sent can be read on the way.", 319
)
_OLD_TLS = Rule(
    "old-tls", "Outdated TLS version", "medium", "Versions before TLS 1.2 are broken: leave the default.", 327
)
_SNMP = Rule("snmp-open", "SNMP without authentication or encryption", "medium", "Use SNMPv3 with both.", 319)
_DJANGO_SQL = Rule(
    "django-raw-sql", "Raw SQL in a Django query", "high", "Pass values as params, never in the text.", 89
)

USED: dict[str, BanditTest] = {
    "B202": BanditTest(
        "dangerous",
        Rule(
            "archive-unpacked-unchecked",
            "Archive unpacked without checking its members",
            "medium",
            "A member named ../x is written outside the folder: pass filter='data'.",
            22,
        ),
        0.5,
    ),
    **{f"B{number}": BanditTest("dangerous", _XML, 0.35) for number in range(313, 320)},
    "B412": BanditTest(
        "dangerous", Rule("httpoxy", "CGI handler open to httpoxy", "low", "A Proxy header sets HTTP_PROXY.", 807), 0.4
    ),
    "B609": BanditTest(
        "dangerous",
        Rule(
            "wildcard-injection", "Wildcard expanded by a shell", "medium", "A file named like an option is one.", 155
        ),
        0.5,
    ),
    "B610": BanditTest("dangerous", _DJANGO_SQL, 0.5),
    "B611": BanditTest("dangerous", _DJANGO_SQL, 0.5),
    "B612": BanditTest(
        "dangerous",
        Rule(
            "logging-listener",
            "Logging configuration taken from the network",
            "medium",
            "It can run code: verify it.",
            94,
        ),
        0.7,
    ),
    "B613": BanditTest(
        "dangerous",
        Rule(
            "trojan-source",
            "Text direction changed inside the source",
            "high",
            "Characters that reorder text make the code read other than it runs: remove them.",
            838,
        ),
        0.9,
    ),
    "B615": BanditTest(
        "dangerous",
        Rule("unpinned-download", "Model downloaded without a fixed revision", "low", "Pin a commit as revision.", 494),
        0.4,
    ),
    "B702": BanditTest(
        "dangerous",
        Rule("mako-unescaped", "Mako template without escaping", "medium", "Give default_filters=['h'] to escape.", 79),
        0.5,
    ),
    "B104": BanditTest(
        "authentication",
        Rule(
            "bind-all-interfaces",
            "Listens on every network interface",
            "low",
            "Bind to the address that is needed.",
            605,
        ),
        0.3,
    ),
    "B201": BanditTest(
        "authentication",
        Rule(
            "flask-debugger",
            "Flask's debugger switched on",
            "high",
            "Whoever reaches the debugger runs code: switch it off, or on by a variable of development only.",
            489,
        ),
        0.9,
    ),
    "B502": BanditTest("authentication", _OLD_TLS, 0.7),
    "B503": BanditTest("authentication", _OLD_TLS, 0.6),
    "B504": BanditTest("authentication", _OLD_TLS, 0.4),
    "B507": BanditTest(
        "authentication",
        Rule("ssh-host-unverified", "SSH host keys accepted unseen", "high", "Anybody can pose as the host.", 295),
        0.8,
    ),
    "B508": BanditTest("authentication", _SNMP, 0.7),
    "B509": BanditTest("authentication", _SNMP, 0.7),
    "B103": BanditTest(
        "data_handling",
        Rule(
            "open-permissions",
            "File made accessible to everybody",
            "medium",
            "Give the owner alone what is needed.",
            732,
        ),
        0.7,
    ),
    "B113": BanditTest(
        "data_handling",
        Rule("request-without-timeout", "Request without a timeout", "low", "A silent server holds it for ever.", 400),
        0.7,
    ),
    "B304": BanditTest("data_handling", _CIPHER, 0.8),
    "B305": BanditTest("data_handling", _CIPHER, 0.8),
    "B312": BanditTest("data_handling", _CLEARTEXT, 0.6),
    "B321": BanditTest("data_handling", _CLEARTEXT, 0.6),
    "B413": BanditTest(
        "data_handling",
        Rule("abandoned-crypto", "Cryptography library no longer maintained", "low", "PyCrypto has known holes.", 327),
        0.6,
    ),
    "B415": BanditTest("data_handling", _CLEARTEXT, 0.4),
    "B505": BanditTest(
        "data_handling",
        Rule("short-key", "Key too short", "high", "RSA and DSA need 2,048 bits, elliptic curves 224 or more.", 326),
        0.8,
    ),
}

_OWN = "an own check sees where the value comes from"
_IMPORT = "an import alone shows nothing; its use is reported"
LEFT_OUT: dict[str, str] = {
    "B101": "asserts are how tests speak",
    "B102": _OWN,
    "B105": "the secrets analyser judges values, not names alone",
    "B106": "the secrets analyser judges values, not names alone",
    "B107": "the secrets analyser judges values, not names alone",
    "B108": _OWN,
    "B110": "style, not safety",
    "B112": "style, not safety",
    "B301": _OWN,
    "B302": _OWN,
    "B303": "no longer reported by bandit for hashlib",
    "B306": _OWN,
    "B307": _OWN,
    "B308": _OWN,
    "B310": _OWN,
    "B311": _OWN,
    "B323": _OWN,
    "B324": _OWN,
    "B401": _IMPORT,
    "B402": _IMPORT,
    "B403": _IMPORT,
    "B404": _IMPORT,
    "B405": _IMPORT,
    "B406": _IMPORT,
    "B407": _IMPORT,
    "B408": _IMPORT,
    "B409": _IMPORT,
    "B411": _IMPORT,
    "B501": _OWN,
    "B506": _OWN,
    "B601": _OWN,
    "B602": _OWN,
    "B603": "starting a program without a shell is the safe way",
    "B604": _OWN,
    "B605": _OWN,
    "B606": "starting a program without a shell is the safe way",
    "B607": "a program found through PATH is how programs are started",
    "B608": _OWN,
    "B614": _OWN,
    "B701": _OWN,
    "B703": _OWN,
    "B704": _OWN,
}
