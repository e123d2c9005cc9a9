-- What was done to the database itself, by whom, and who approved it: migrations, promotions, seeds.

CREATE TABLE audit_log (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event        text        NOT NULL,
    component    text        NOT NULL,
    actor        text        NOT NULL,
    approved_by  text,
    environment  text        NOT NULL,
    details      jsonb       NOT NULL DEFAULT '{}',
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_log_approval_check CHECK (approved_by IS NULL OR approved_by <> actor)
);

CREATE INDEX audit_log_recorded_at_idx ON audit_log (recorded_at);

COMMENT ON TABLE audit_log IS 'What was done to the database itself; rows are only ever added';
COMMENT ON COLUMN audit_log.approved_by IS 'Someone other than the actor; empty where no approval was needed';
