-- From now on an identity needs its user. NOT VALID checks new rows only and needs no scan under the lock;
-- 0036 looks at the old ones.

ALTER TABLE user_identity_map
    ADD CONSTRAINT user_identity_map_vi_user_id_fkey
    FOREIGN KEY (vi_user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID;
