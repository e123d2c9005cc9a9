-- What the assistant remembers, in layers of how long it lasts. A memory without a layer would never expire and
-- never be found, so the layer is required.

CREATE TABLE multi_dimensional_memory (
    id            uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    vi_user_id    uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    layer         text         NOT NULL,
    content       jsonb        NOT NULL,
    importance    numeric(3,2) NOT NULL DEFAULT 0.5,
    recalled_at   timestamptz,
    expires_at    timestamptz,
    created_at    timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT multi_dimensional_memory_layer_check
        CHECK (layer IN ('working', 'episodic', 'semantic', 'procedural', 'affective')),
    CONSTRAINT multi_dimensional_memory_importance_check CHECK (importance BETWEEN 0 AND 1)
);

CREATE INDEX multi_dimensional_memory_vi_user_id_layer_idx ON multi_dimensional_memory (vi_user_id, layer);
CREATE INDEX multi_dimensional_memory_expires_at_idx ON multi_dimensional_memory (expires_at)
    WHERE expires_at IS NOT NULL;

INSERT INTO backfill_markers (migration) VALUES ('0029');

COMMENT ON TABLE multi_dimensional_memory IS 'What the assistant remembers of a person, in layers';
