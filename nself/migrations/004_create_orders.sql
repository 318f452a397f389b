-- Orders and the states they pass through.
-- A user with orders cannot be deleted, the books must stay complete: deactivate the user instead.

-- UP

CREATE TYPE order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled');

CREATE TABLE orders (
    id         bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id    bigint       NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
    status     order_status NOT NULL DEFAULT 'pending',
    note       text,
    created_at timestamptz  NOT NULL DEFAULT now(),
    updated_at timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT orders_note_check CHECK (length(note) <= 1000)
);

CREATE INDEX orders_user_id_idx ON orders (user_id);

COMMENT ON COLUMN orders.note IS 'What the customer wrote at checkout';

-- DOWN

DROP TABLE orders;

DROP TYPE order_status;
