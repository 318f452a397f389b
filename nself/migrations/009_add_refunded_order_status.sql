-- Orders can be paid back. PostgreSQL can add a value to an enum but not remove one,
-- so DOWN makes the type anew, and refuses while an order still has the value.

-- UP

ALTER TYPE order_status ADD VALUE 'refunded' AFTER 'delivered';

-- DOWN

DO $$
DECLARE
    refunded bigint;
BEGIN
    SELECT count(*) INTO refunded FROM orders WHERE status = 'refunded';

    IF refunded > 0 THEN
        RAISE EXCEPTION 'cannot remove order status "refunded": % order(s) have it', refunded
            USING HINT = 'Give these orders another status first.';
    END IF;
END;
$$;

ALTER TYPE order_status RENAME TO order_status_old;

CREATE TYPE order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled');

ALTER TABLE orders
    ALTER COLUMN status DROP DEFAULT,
    ALTER COLUMN status TYPE order_status USING status::text::order_status,
    ALTER COLUMN status SET DEFAULT 'pending';

DROP TYPE order_status_old;
