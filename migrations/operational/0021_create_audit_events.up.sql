-- Who did what to which resource, for auditors. Written by every service, read rarely, kept for a time and
-- then dropped by the month: partitioned by the day of the event, which therefore is part of the key.

CREATE TABLE audit_events (
    event_id          uuid         NOT NULL DEFAULT gen_random_uuid(),
    event_date        date         NOT NULL DEFAULT ((now() AT TIME ZONE 'UTC')::date),
    occurred_at       timestamptz  NOT NULL DEFAULT now(),
    received_at       timestamptz  NOT NULL DEFAULT now(),
    organization_id   uuid,
    actor_id          uuid,
    actor_type        varchar(32)  NOT NULL,
    actor_ip          inet,
    user_agent        varchar(512),
    session_id        uuid,
    request_id        uuid,
    correlation_id    uuid,
    service_name      varchar(64)  NOT NULL,
    service_version   varchar(32),
    environment       varchar(32)  NOT NULL DEFAULT 'development',
    event_type        varchar(64)  NOT NULL,
    event_action      varchar(32)  NOT NULL,
    event_outcome     varchar(16)  NOT NULL DEFAULT 'success',
    severity          integer      NOT NULL DEFAULT 0,
    resource_type     varchar(64),
    resource_id       varchar(128),
    http_status       integer,
    duration_ms       integer,
    is_sensitive      boolean      NOT NULL DEFAULT false,
    is_retained       boolean      NOT NULL DEFAULT false,
    changes           jsonb        NOT NULL DEFAULT '{}',
    metadata          jsonb        NOT NULL DEFAULT '{}',
    CONSTRAINT audit_events_pkey PRIMARY KEY (event_id, event_date),
    CONSTRAINT audit_events_event_outcome_check CHECK (event_outcome IN ('success', 'failure', 'denied')),
    CONSTRAINT audit_events_severity_check CHECK (severity BETWEEN 0 AND 10)
) PARTITION BY RANGE (event_date);

CREATE INDEX audit_events_organization_id_event_date_idx ON audit_events (organization_id, event_date);
CREATE INDEX audit_events_resource_idx ON audit_events (resource_type, resource_id);

COMMENT ON TABLE audit_events IS 'Who did what to which resource; one partition a month';
COMMENT ON COLUMN audit_events.event_date IS 'The UTC day of occurred_at; decides the partition';
COMMENT ON COLUMN audit_events.organization_id IS 'Without a foreign key: events outlive what they speak of';
