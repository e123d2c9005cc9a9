DELETE FROM backfill_markers WHERE migration = '0027';
DROP TABLE user_identity_map;
DROP TABLE user_profiles;
