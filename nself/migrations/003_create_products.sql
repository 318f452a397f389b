-- What the shop sells. The check on stock is what stops us selling what we do not have.

-- UP

CREATE TABLE products (
    id          bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category_id bigint         NOT NULL REFERENCES categories (id) ON DELETE RESTRICT,
    sku         text           NOT NULL,
    name        text           NOT NULL,
    description text           NOT NULL DEFAULT '',
    price       numeric(12, 2) NOT NULL,
    stock       integer        NOT NULL DEFAULT 0,
    is_active   boolean        NOT NULL DEFAULT true,
    created_at  timestamptz    NOT NULL DEFAULT now(),
    updated_at  timestamptz    NOT NULL DEFAULT now(),

    CONSTRAINT products_sku_key UNIQUE (sku),
    CONSTRAINT products_price_check CHECK (price >= 0),
    CONSTRAINT products_stock_check CHECK (stock >= 0)
);

CREATE INDEX products_category_id_idx ON products (category_id);

COMMENT ON COLUMN products.price IS 'Net price in euros';
COMMENT ON COLUMN products.stock IS 'Pieces that can still be ordered';

-- DOWN

DROP TABLE products;
