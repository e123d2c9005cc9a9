-- The import left identities whose user never came. They lead nowhere and stand in the way of the foreign key
-- of 0035. Only rows of `user_identity_map` without a user go; nothing else is touched.

DELETE FROM user_identity_map
WHERE NOT EXISTS (SELECT FROM users WHERE users.id = user_identity_map.vi_user_id);
