"""What a transaction in the making asks of the tables, and what it writes."""

STANDING = """
    SELECT id, version, epoch, begun_by, commit_id, status, is_over,
           worker, lease_until, lease_seconds, wake_at, updated_at
    FROM runs WHERE run = ?
"""
DRIVEN = "SELECT run FROM runs WHERE worker <> ''"
REQUESTED = "SELECT run FROM runs WHERE tenant = ? AND request_id = ?"
LAST_RUN = "SELECT coalesce(max(id), 0) FROM runs"
LAST_LETTER = "SELECT coalesce(max(position), 0) FROM inbox WHERE run = ?"
LETTER = "SELECT count(*) FROM inbox WHERE run = ? AND letter_id = ?"
KEY = "SELECT key FROM tenants WHERE tenant = ?"

ADD_RUN = """
    INSERT INTO runs (id, run, tenant, app, title, request_id, parent, created_at, version, epoch, begun_by, commit_id,
                      status, is_over, worker, lease_until, lease_seconds, wake_at, updated_at, seal, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ADD_EVENT = "INSERT INTO events (run_id, version, at, body) VALUES (?, ?, ?, ?)"
ADD_PAYLOAD = "INSERT INTO payloads (run_id, payload_id, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
ADD_LETTER = "INSERT INTO inbox (run, position, letter_id, body) VALUES (?, ?, ?, ?)"
KEEP_SNAPSHOT = "INSERT OR REPLACE INTO snapshots (run_id, version, fold, body) VALUES (?, ?, ?, ?)"
ADD_KEY = "INSERT INTO tenants (tenant, key) VALUES (?, ?)"
# The order of the values is the table's: one statement for many rows (``rows``).
ADVANCE = """
    WITH now (id, version, commit_id, lease_until, updated_at) AS (VALUES (?, ?, ?, ?, ?))
    UPDATE runs SET (version, commit_id, lease_until, updated_at)
        = (SELECT version, commit_id, lease_until, updated_at FROM now WHERE now.id = runs.id)
    WHERE id IN (SELECT id FROM now)
"""
TURN = """
    UPDATE runs SET version = ?, commit_id = ?, lease_until = ?, updated_at = ?,
                    epoch = ?, status = ?, is_over = ?, worker = ?, lease_seconds = ?, wake_at = ?
    WHERE id = ?
"""
