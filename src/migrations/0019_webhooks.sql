-- Addresses that are called when something happens, and every call.

CREATE TABLE webhooks (
    id            INTEGER PRIMARY KEY,
    url           TEXT NOT NULL,
    description   TEXT NOT NULL,
    -- Sealed with the instance's key, as is the one before it, which holds for a day longer.
    secret        TEXT NOT NULL,
    old_secret    TEXT,
    old_until     INTEGER,
    -- The kinds of events that it wants; ["*"] for all.
    kinds         TEXT NOT NULL CHECK (json_valid(kinds)),
    is_active     INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    created_at    INTEGER NOT NULL,
    -- Since when no call has gone through; NULL while they do.
    failing_since INTEGER,
    -- When it was switched off because nobody answered; NULL otherwise.
    disabled_at   INTEGER
) STRICT;

CREATE TABLE webhook_deliveries (
    id           INTEGER PRIMARY KEY,
    webhook_id   INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL,
    payload      TEXT NOT NULL CHECK (json_valid(payload)),
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    -- Tries of the present round; a replay begins a new one.
    tries        INTEGER NOT NULL,
    next_at      INTEGER,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (state, created_at);

CREATE TABLE webhook_tries (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id INTEGER NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    at          INTEGER NOT NULL,
    -- Milliseconds until the answer or its absence.
    took        INTEGER NOT NULL,
    -- NULL when nothing came back; then the error says why.
    status      INTEGER,
    answer      TEXT,
    error       TEXT
) STRICT;
CREATE INDEX webhook_tries_by_delivery ON webhook_tries (delivery_id, id);
