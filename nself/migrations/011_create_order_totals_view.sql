-- One row per order with its sums, for the order list and for reports.

-- UP

CREATE VIEW order_totals AS
SELECT
    o.id                           AS order_id,
    o.user_id,
    o.status,
    o.created_at,
    count(i.product_id)            AS line_count,
    coalesce(sum(i.quantity), 0)   AS piece_count,
    coalesce(sum(i.line_total), 0) AS net_total
FROM orders o
LEFT JOIN order_items i ON i.order_id = o.id
GROUP BY o.id;

COMMENT ON VIEW order_totals IS 'Sums per order; an order without lines counts as zero';

-- DOWN

DROP VIEW order_totals;
