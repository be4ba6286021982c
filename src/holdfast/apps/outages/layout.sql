CREATE TABLE services (name TEXT PRIMARY KEY, tier TEXT NOT NULL) STRICT;
CREATE TABLE instances (name TEXT PRIMARY KEY, service TEXT NOT NULL REFERENCES services) STRICT;
CREATE TABLE dependencies (caller TEXT NOT NULL, callee TEXT NOT NULL, PRIMARY KEY (caller, callee)) STRICT;
CREATE TABLE metrics (
    service TEXT NOT NULL, metric TEXT NOT NULL, at TEXT NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (service, metric, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE instance_metrics (
    service TEXT NOT NULL, instance TEXT NOT NULL, metric TEXT NOT NULL, at TEXT NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (service, instance, metric, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE logs (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, service TEXT NOT NULL, instance TEXT NOT NULL, level TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;
CREATE INDEX logs_of ON logs (service, level, at);
CREATE TABLE changes (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, service TEXT NOT NULL, what TEXT NOT NULL,
    detail TEXT NOT NULL, author TEXT NOT NULL
) STRICT;
CREATE TABLE rollouts (change_id TEXT NOT NULL REFERENCES changes, instance TEXT NOT NULL) STRICT;
CREATE TABLE alerts (at TEXT NOT NULL, service TEXT NOT NULL, text TEXT NOT NULL) STRICT;
