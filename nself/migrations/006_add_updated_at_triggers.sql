-- Keep updated_at right in the database: not every writer is the application.

-- UP

CREATE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION set_updated_at() IS 'Trigger: stamps updated_at on every change of a row';

CREATE TRIGGER users_set_updated_at
    BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER products_set_updated_at
    BEFORE UPDATE ON products
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER orders_set_updated_at
    BEFORE UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- DOWN

DROP TRIGGER orders_set_updated_at ON orders;
DROP TRIGGER products_set_updated_at ON products;
DROP TRIGGER users_set_updated_at ON users;

DROP FUNCTION set_updated_at();
