-- What the assistant knows of a person, and under which names other services know the same person.
-- Every column of the profile is required: code reads it on each message and has no place for an empty one.

CREATE TABLE user_profiles (
    vi_user_id           uuid         PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    display_name         text         NOT NULL,
    preferred_language   varchar(16)  NOT NULL DEFAULT 'en',
    timezone             text         NOT NULL DEFAULT 'UTC',
    communication_style  text         NOT NULL DEFAULT 'neutral',
    relationship_type    text         NOT NULL DEFAULT 'new',
    trust_level          numeric(3,2) NOT NULL DEFAULT 0,
    interaction_count    integer      NOT NULL DEFAULT 0,
    created_at           timestamptz  NOT NULL DEFAULT now(),
    updated_at           timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT user_profiles_relationship_type_check
        CHECK (relationship_type IN ('new', 'acquaintance', 'regular', 'close', 'operator')),
    CONSTRAINT user_profiles_trust_level_check CHECK (trust_level BETWEEN 0 AND 1),
    CONSTRAINT user_profiles_interaction_count_check CHECK (interaction_count >= 0)
);

CREATE TRIGGER user_profiles_touch_updated_at
    BEFORE UPDATE ON user_profiles
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION touch_updated_at();

-- No foreign key yet: the import brings identities before their users. 0033 clears what stayed without one,
-- 0035 and 0036 add the key.
CREATE TABLE user_identity_map (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    vi_user_id        uuid        NOT NULL,
    provider          text        NOT NULL,
    provider_user_id  text        NOT NULL,
    linked_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_identity_map_provider_provider_user_id_key UNIQUE (provider, provider_user_id)
);

CREATE INDEX user_identity_map_vi_user_id_idx ON user_identity_map (vi_user_id);

INSERT INTO backfill_markers (migration) VALUES ('0027');

COMMENT ON TABLE user_profiles IS 'What the assistant knows of a person';
COMMENT ON COLUMN user_profiles.trust_level IS 'From 0 (stranger) to 1';
COMMENT ON TABLE user_identity_map IS 'Under which names other services know a person';
