-- A few products to click on. Can be run again: stock that orders have used up stays used up.

INSERT INTO products (category_id, sku, name, description, price, stock)
SELECT c.id, p.sku, p.name, p.description, p.price, p.stock
FROM (VALUES
    ('novels', 'BK-0001', 'The Lighthouse Keeper''s Winter', 'Paperback, 312 pages', 11.90, 40),
    ('coffee', 'HK-0001', 'Pour-over kettle', 'Steel, 1 litre, thermometer in the lid', 44.50, 12),
    ('coffee', 'HK-0002', 'Paper filters', '100 pieces, unbleached', 4.20, 250),
    ('tents', 'OD-0001', 'Two-person tent', '2.1 kg, stands without pegs', 289.00, 3)
) AS p (category_slug, sku, name, description, price, stock)
JOIN categories c ON c.slug = p.category_slug
ON CONFLICT (sku) DO UPDATE
SET category_id = excluded.category_id,
    name = excluded.name,
    description = excluded.description,
    price = excluded.price;
