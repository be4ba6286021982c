PRAGMA journal_mode = WAL;
CREATE TABLE customers (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL, since TEXT NOT NULL
) STRICT;
CREATE TABLE products (
    sku TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, colour TEXT NOT NULL, price_cents INTEGER NOT NULL,
    stock INTEGER NOT NULL, returnable INTEGER NOT NULL, description TEXT NOT NULL
) STRICT;
CREATE TABLE orders (
    id TEXT PRIMARY KEY, customer TEXT NOT NULL REFERENCES customers, placed_on TEXT NOT NULL, status TEXT NOT NULL,
    delivered_on TEXT, tracking TEXT
) STRICT;
CREATE TABLE lines (
    order_id TEXT NOT NULL REFERENCES orders, line INTEGER NOT NULL, sku TEXT NOT NULL REFERENCES products,
    quantity INTEGER NOT NULL, price_cents INTEGER NOT NULL, PRIMARY KEY (order_id, line)
) STRICT;
CREATE TABLE returns (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL, line INTEGER NOT NULL,
    quantity INTEGER NOT NULL, reason TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL,
    FOREIGN KEY (order_id, line) REFERENCES lines
) STRICT;
CREATE TABLE refunds (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL REFERENCES orders,
    amount_cents INTEGER NOT NULL, reason TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE policies (id TEXT PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX orders_of ON orders (customer, placed_on);
CREATE VIRTUAL TABLE catalogue USING fts5 (
    name, kind, colour, description, content = products, tokenize = 'porter unicode61'
);
CREATE VIRTUAL TABLE handbook USING fts5 (title, body, content = policies, tokenize = 'porter unicode61');
