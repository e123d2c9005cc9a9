DELETE FROM backfill_markers WHERE migration = '0030';
DROP TRIGGER user_preferences_log_update ON user_preferences;
DROP TRIGGER user_preferences_log_insert_delete ON user_preferences;
DROP FUNCTION log_preference_change();
DROP TABLE preference_audit_log;
