-- The top of the catalogue, the same everywhere. Can be run again: names follow this file.

INSERT INTO categories (slug, name)
VALUES
    ('books', 'Books'),
    ('home', 'Home & Kitchen'),
    ('outdoor', 'Outdoor')
ON CONFLICT (slug) DO UPDATE SET name = excluded.name;

INSERT INTO categories (parent_id, slug, name)
SELECT p.id, c.slug, c.name
FROM (VALUES
    ('books', 'novels', 'Novels'),
    ('home', 'coffee', 'Coffee & Tea'),
    ('outdoor', 'tents', 'Tents')
) AS c (parent_slug, slug, name)
JOIN categories p ON p.slug = c.parent_slug
ON CONFLICT (slug) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name;
