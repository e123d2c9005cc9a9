-- The scan that 0035 put off, under a lock that lets reads and writes go on.

ALTER TABLE user_identity_map VALIDATE CONSTRAINT user_identity_map_vi_user_id_fkey;
