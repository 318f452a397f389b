-- Who changed the status of which order, and when. Partitioned by month, so that old months
-- can be detached and archived. The default partition catches what no month was made for.

-- UP

CREATE TABLE audit_log (
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    order_id    bigint      NOT NULL,
    actor_id    bigint,
    details     jsonb       NOT NULL,

    PRIMARY KEY (occurred_at, id),
    CONSTRAINT audit_log_details_check CHECK (jsonb_typeof(details) = 'object')
) PARTITION BY RANGE (occurred_at);

CREATE TABLE audit_log_2026_01 PARTITION OF audit_log
    FOR VALUES FROM ('2026-01-01 00:00+00') TO ('2026-02-01 00:00+00');
CREATE TABLE audit_log_2026_02 PARTITION OF audit_log
    FOR VALUES FROM ('2026-02-01 00:00+00') TO ('2026-03-01 00:00+00');
CREATE TABLE audit_log_2026_03 PARTITION OF audit_log
    FOR VALUES FROM ('2026-03-01 00:00+00') TO ('2026-04-01 00:00+00');
CREATE TABLE audit_log_default PARTITION OF audit_log DEFAULT;

CREATE INDEX audit_log_order_id_idx ON audit_log (order_id, occurred_at);

COMMENT ON TABLE audit_log IS 'Append-only; no foreign keys, entries outlive what they describe';
COMMENT ON COLUMN audit_log.actor_id IS 'users.id of whoever was signed in; NULL: a job or psql';

CREATE FUNCTION log_order_status() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO audit_log (order_id, actor_id, details)
    VALUES (NEW.id, app_user_id(), jsonb_build_object('from', OLD.status, 'to', NEW.status));
    RETURN NULL;
END;
$$;

CREATE TRIGGER orders_log_status
    AFTER UPDATE OF status ON orders
    FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION log_order_status();

-- DOWN

DROP TRIGGER orders_log_status ON orders;

DROP FUNCTION log_order_status();

DROP TABLE audit_log;
