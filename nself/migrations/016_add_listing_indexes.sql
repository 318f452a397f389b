-- Indexes for the search box and for the newest-first order list, built while the shop is open.
-- CONCURRENTLY cannot run in a transaction, so these statements have a file of their own.

-- UP
-- depends_on: 015_add_search_to_products

CREATE INDEX CONCURRENTLY products_search_idx ON products USING gin (search);

CREATE INDEX CONCURRENTLY orders_created_at_idx ON orders (created_at DESC);

-- DOWN

DROP INDEX CONCURRENTLY orders_created_at_idx;

DROP INDEX CONCURRENTLY products_search_idx;
