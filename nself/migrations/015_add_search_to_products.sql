-- Full-text search over the catalogue. A match in the name counts more than one in the description.
-- Rewrites the table; its index is built in the next migration, without blocking writes.

-- UP

ALTER TABLE products
    ADD COLUMN search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', name), 'A')
        || setweight(to_tsvector('english', description), 'B')
    ) STORED;

COMMENT ON COLUMN products.search IS
    'Query it with search @@ websearch_to_tsquery(''english'', ''two-person tent'')';

-- DOWN

ALTER TABLE products DROP COLUMN search;
