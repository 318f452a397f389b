-- Enough products to see paging and sold-out ones. Can be run again: existing ones are left alone.

INSERT INTO products (category_id, sku, name, description, price, stock)
SELECT
    c.id,
    'ST-' || lpad(n::text, 4, '0'),
    'Sample article ' || n,
    'Made up for staging',
    5 + n % 50,
    n % 10
FROM generate_series(1, 200) AS n
JOIN categories c ON c.slug = (ARRAY['novels', 'coffee', 'tents'])[1 + n % 3]
ON CONFLICT (sku) DO NOTHING;
