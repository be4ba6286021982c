-- One company. Each source is a table of its own; a system holds several of them, and can be down.
CREATE TABLE company (name TEXT NOT NULL, as_of TEXT NOT NULL, currency TEXT NOT NULL) STRICT;

CREATE TABLE sources (source TEXT PRIMARY KEY, system TEXT NOT NULL, meaning TEXT NOT NULL) STRICT;

CREATE TABLE dictionary (
    source TEXT NOT NULL REFERENCES sources,
    field TEXT NOT NULL,
    meaning TEXT NOT NULL,
    PRIMARY KEY (source, field)
) STRICT;

CREATE TABLE outage (system TEXT PRIMARY KEY) STRICT;

CREATE TABLE ledger (
    month TEXT NOT NULL,
    segment TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('revenue', 'cost')),
    account TEXT NOT NULL,
    amount_eur INTEGER NOT NULL,
    PRIMARY KEY (month, segment, account)
) STRICT;

CREATE TABLE invoices (
    number TEXT PRIMARY KEY,
    customer TEXT NOT NULL,
    segment TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    paid_on TEXT,
    amount_eur INTEGER NOT NULL
) STRICT;

CREATE TABLE carriers (carrier TEXT PRIMARY KEY, contract_until TEXT NOT NULL, rate_eur_per_kg REAL NOT NULL) STRICT;

CREATE TABLE shipments (
    number TEXT PRIMARY KEY,
    month TEXT NOT NULL,
    shipped_on TEXT NOT NULL,
    promised_on TEXT NOT NULL,
    delivered_on TEXT NOT NULL,
    days_late INTEGER NOT NULL,
    was_late INTEGER NOT NULL,
    carrier TEXT NOT NULL REFERENCES carriers,
    lane TEXT NOT NULL,
    segment TEXT NOT NULL,
    weight_kg INTEGER NOT NULL,
    freight_eur REAL NOT NULL
) STRICT;

CREATE TABLE incidents (
    number TEXT PRIMARY KEY,
    opened_on TEXT NOT NULL,
    service TEXT NOT NULL,
    severity TEXT NOT NULL,
    hours_open REAL NOT NULL,
    title TEXT NOT NULL
) STRICT;

CREATE TABLE metrics (
    day TEXT NOT NULL,
    week TEXT NOT NULL,
    service TEXT NOT NULL,
    requests INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    PRIMARY KEY (day, service)
) STRICT;
