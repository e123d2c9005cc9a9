-- Recall asks for memories that contain given facts (`content @> …`). The table is large where this runs, so the
-- index is built without blocking writes.

CREATE INDEX CONCURRENTLY multi_dimensional_memory_content_idx
    ON multi_dimensional_memory USING gin (content jsonb_path_ops);
