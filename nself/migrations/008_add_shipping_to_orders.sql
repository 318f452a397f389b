-- Where an order goes. Older orders were picked up in the store and have no address:
-- either both columns are filled or neither is.

-- UP

ALTER TABLE orders
    ADD COLUMN shipping_address text,
    ADD COLUMN shipping_country text REFERENCES countries (code) ON DELETE RESTRICT,
    ADD CONSTRAINT orders_shipping_check
        CHECK ((shipping_address IS NULL) = (shipping_country IS NULL));

CREATE INDEX orders_shipping_country_idx ON orders (shipping_country);

COMMENT ON COLUMN orders.shipping_address IS 'As printed on the label; NULL: picked up in store';

-- DOWN

ALTER TABLE orders
    DROP COLUMN shipping_country,
    DROP COLUMN shipping_address;
