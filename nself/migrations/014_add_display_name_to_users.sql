-- The name other customers see: at first everyone's first name, changeable in the profile.
-- It stays nullable until every release that writes users fills it.

-- UP
-- nself: statement-timeout 10min

ALTER TABLE users
    ADD COLUMN display_name text,
    ADD CONSTRAINT users_display_name_check CHECK (display_name <> '');

COMMENT ON COLUMN users.display_name IS 'Public name; NULL: not chosen yet';

-- Filling in a default is no change by the user: updated_at stays.
ALTER TABLE users DISABLE TRIGGER users_set_updated_at;

DO $$
DECLARE
    batch_size CONSTANT integer := 1000;
    last_id bigint := 0;
    filled bigint := 0;
    batch bigint;
BEGIN
    LOOP
        WITH next_users AS (
            SELECT id FROM users WHERE id > last_id ORDER BY id LIMIT batch_size
        ), updated AS (
            UPDATE users u
            SET display_name = split_part(btrim(u.name), ' ', 1)
            FROM next_users n
            WHERE u.id = n.id
            RETURNING u.id
        )
        SELECT count(*), max(id) INTO batch, last_id FROM updated;

        EXIT WHEN batch = 0;

        filled := filled + batch;
        RAISE NOTICE 'display_name: % users filled', filled;
    END LOOP;
END;
$$;

ALTER TABLE users ENABLE TRIGGER users_set_updated_at;

-- DOWN

ALTER TABLE users DROP COLUMN display_name;
