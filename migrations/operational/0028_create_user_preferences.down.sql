DELETE FROM backfill_markers WHERE migration = '0028';
DROP TABLE user_preferences;
