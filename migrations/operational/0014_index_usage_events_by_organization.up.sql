-- Billing reads one organization's month. `usage_events` takes writes all day, so the index is built without
-- blocking them; PostgreSQL allows that only outside a transaction, hence one statement in a file of its own.

CREATE INDEX CONCURRENTLY usage_events_organization_id_occurred_at_idx
    ON usage_events (organization_id, occurred_at);
