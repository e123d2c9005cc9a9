-- PostgreSQL cannot take a validation back, so the constraint is made anew the way 0035 made it.

ALTER TABLE user_identity_map DROP CONSTRAINT user_identity_map_vi_user_id_fkey;
ALTER TABLE user_identity_map
    ADD CONSTRAINT user_identity_map_vi_user_id_fkey
    FOREIGN KEY (vi_user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID;
