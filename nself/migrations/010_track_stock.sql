-- Take ordered pieces out of the stock and put them back when a line is changed or removed.
-- Overselling fails on products_stock_check. DOWN stops the counting and leaves the stock as it is.

-- UP

CREATE FUNCTION move_stock() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        UPDATE products SET stock = stock + OLD.quantity WHERE id = OLD.product_id;
    END IF;

    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        UPDATE products SET stock = stock - NEW.quantity WHERE id = NEW.product_id;
    END IF;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION move_stock() IS 'Trigger: keeps products.stock in step with order_items';

CREATE TRIGGER order_items_move_stock
    AFTER INSERT OR DELETE OR UPDATE OF product_id, quantity ON order_items
    FOR EACH ROW EXECUTE FUNCTION move_stock();

-- DOWN

DROP TRIGGER order_items_move_stock ON order_items;

DROP FUNCTION move_stock();
