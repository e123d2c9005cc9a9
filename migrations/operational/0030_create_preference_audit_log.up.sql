-- Every change of a preference, by whomever: people may ask why the assistant thinks so. A trigger writes it,
-- since a second writer that each service has to remember would be forgotten by one of them.

CREATE TABLE preference_audit_log (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    preference_id   uuid        NOT NULL,
    vi_user_id      uuid        NOT NULL,
    category        text        NOT NULL,
    preference_key  text        NOT NULL,
    action          text        NOT NULL,
    old_value       jsonb,
    new_value       jsonb,
    changed_by      text        NOT NULL,
    change_reason   text,
    changed_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT preference_audit_log_action_check CHECK (action IN ('insert', 'update', 'delete'))
);

CREATE INDEX preference_audit_log_vi_user_id_changed_at_idx ON preference_audit_log (vi_user_id, changed_at);

CREATE FUNCTION log_preference_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = public, pg_temp
AS $$
DECLARE
    subject user_preferences;
BEGIN
    subject := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    INSERT INTO preference_audit_log (
        preference_id, vi_user_id, category, preference_key, action, old_value, new_value, changed_by, change_reason
    ) VALUES (
        subject.id, subject.vi_user_id, subject.category, subject.preference_key, lower(TG_OP),
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.preference_value END,
        CASE WHEN TG_OP <> 'DELETE' THEN NEW.preference_value END,
        coalesce(nullif(current_setting('app.actor', true), ''), session_user),
        nullif(current_setting('app.reason', true), '')
    );
    RETURN NULL;
END;
$$;

CREATE TRIGGER user_preferences_log_insert_delete
    AFTER INSERT OR DELETE ON user_preferences
    FOR EACH ROW EXECUTE FUNCTION log_preference_change();

CREATE TRIGGER user_preferences_log_update
    AFTER UPDATE ON user_preferences
    FOR EACH ROW WHEN (OLD.preference_value IS DISTINCT FROM NEW.preference_value)
    EXECUTE FUNCTION log_preference_change();

INSERT INTO backfill_markers (migration) VALUES ('0030');

COMMENT ON TABLE preference_audit_log IS 'Every change of a preference; outlives the person''s row';
COMMENT ON COLUMN preference_audit_log.changed_by IS 'The setting app.actor, or the database user';
COMMENT ON FUNCTION log_preference_change() IS 'Trigger: writes preference_audit_log';
