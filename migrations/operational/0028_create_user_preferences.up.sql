-- What a person likes, as told or as observed. Several sources may speak about one thing; the newest one stands.

CREATE TABLE user_preferences (
    id                uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    vi_user_id        uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    category          text         NOT NULL,
    preference_key    text         NOT NULL,
    preference_value  jsonb        NOT NULL,
    source            text         NOT NULL DEFAULT 'stated',
    confidence        numeric(3,2) NOT NULL DEFAULT 1,
    is_active         boolean      NOT NULL DEFAULT true,
    created_at        timestamptz  NOT NULL DEFAULT now(),
    updated_at        timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT user_preferences_subject_key UNIQUE (vi_user_id, category, preference_key),
    CONSTRAINT user_preferences_source_check CHECK (source IN ('stated', 'observed', 'imported')),
    CONSTRAINT user_preferences_confidence_check CHECK (confidence BETWEEN 0 AND 1)
);

CREATE TRIGGER user_preferences_touch_updated_at
    BEFORE UPDATE ON user_preferences
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION touch_updated_at();

INSERT INTO backfill_markers (migration) VALUES ('0028');

COMMENT ON TABLE user_preferences IS 'What a person likes, as told or as observed';
