-- Some migrations leave work to the application: rows to derive, files to read again. It runs such a job once and
-- remembers it here, under the number of the migration that asked for it.

CREATE TABLE backfill_markers (
    migration    text        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CONSTRAINT backfill_markers_pkey PRIMARY KEY (migration),
    CONSTRAINT backfill_markers_migration_check CHECK (migration ~ '^[0-9]{4}$')
);

COMMENT ON TABLE backfill_markers IS 'Jobs that migrations left to the application';
