-- Customers see and place only their own orders; staff see all of them.
-- The application says who is signed in: SET LOCAL app.user_id = '42'. Nobody signed in: no rows.
-- The owner of the tables is exempt, so migrations and backups see everything.

-- UP
-- depends_on: 011_create_order_totals_view

CREATE FUNCTION app_user_id() RETURNS bigint
LANGUAGE sql STABLE
AS $$
    SELECT nullif(current_setting('app.user_id', true), '')::bigint
$$;

CREATE FUNCTION app_user_is_staff() RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (
        SELECT FROM users
        WHERE id = app_user_id() AND is_active AND role IN ('support', 'admin')
    )
$$;

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_items ENABLE ROW LEVEL SECURITY;

CREATE POLICY orders_own ON orders
    USING (user_id = app_user_id());

CREATE POLICY orders_staff_read ON orders
    FOR SELECT
    USING (app_user_is_staff());

-- The subquery is itself filtered by the policies on orders.
CREATE POLICY order_items_of_visible_order ON order_items
    FOR SELECT
    USING (EXISTS (SELECT FROM orders o WHERE o.id = order_id));

CREATE POLICY order_items_own ON order_items
    USING (EXISTS (SELECT FROM orders o WHERE o.id = order_id AND o.user_id = app_user_id()));

-- A view reads with its owner's rights and would walk around the policies. PostgreSQL 15 can
-- change that; on 14 do not grant order_totals to the application.
DO $$
BEGIN
    IF current_setting('server_version_num')::integer >= 150000 THEN
        ALTER VIEW order_totals SET (security_invoker = true);
    ELSE
        RAISE NOTICE 'order_totals ignores row-level security on PostgreSQL 14';
    END IF;
END;
$$;

-- DOWN

DO $$
BEGIN
    IF current_setting('server_version_num')::integer >= 150000 THEN
        ALTER VIEW order_totals RESET (security_invoker);
    END IF;
END;
$$;

DROP POLICY order_items_own ON order_items;
DROP POLICY order_items_of_visible_order ON order_items;
DROP POLICY orders_staff_read ON orders;
DROP POLICY orders_own ON orders;

ALTER TABLE order_items DISABLE ROW LEVEL SECURITY;
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;

DROP FUNCTION app_user_is_staff();
DROP FUNCTION app_user_id();
