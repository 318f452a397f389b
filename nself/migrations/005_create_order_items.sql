-- The lines of an order. The price is copied from the product when the order is placed,
-- so that a later price change does not rewrite history.

-- UP
-- depends_on: 003_create_products, 004

CREATE TABLE order_items (
    order_id   bigint         NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    product_id bigint         NOT NULL REFERENCES products (id) ON DELETE RESTRICT,
    quantity   integer        NOT NULL,
    unit_price numeric(12, 2) NOT NULL,
    line_total numeric(14, 2) GENERATED ALWAYS AS (quantity * unit_price) STORED,

    PRIMARY KEY (order_id, product_id),
    CONSTRAINT order_items_quantity_check CHECK (quantity BETWEEN 1 AND 99),
    CONSTRAINT order_items_unit_price_check CHECK (unit_price >= 0)
);

CREATE INDEX order_items_product_id_idx ON order_items (product_id);

COMMENT ON COLUMN order_items.unit_price IS 'Price of one piece at the time of the order';

-- DOWN

DROP TABLE order_items;
