-- Everyone who can sign in: customers and staff.
-- password_hash is empty for people who only use single sign-on.

-- UP

-- Hashes the passwords.
CREATE EXTENSION IF NOT EXISTS pgcrypto;

CREATE TABLE users (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         text        NOT NULL,
    name          text        NOT NULL,
    role          text        NOT NULL DEFAULT 'user',
    password_hash text,
    is_active     boolean     NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_check CHECK (email LIKE '_%@_%'),
    CONSTRAINT users_name_check CHECK (btrim(name) <> ''),
    CONSTRAINT users_role_check CHECK (role IN ('user', 'support', 'admin'))
);

COMMENT ON TABLE users IS 'Customers and staff';
COMMENT ON COLUMN users.password_hash IS 'NULL: signs in through single sign-on only';

-- DOWN

DROP TABLE users;

DROP EXTENSION pgcrypto;
