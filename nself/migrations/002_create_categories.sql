-- The tree the catalogue is browsed by. A category without a parent is a top-level one.

-- UP

CREATE TABLE categories (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id bigint REFERENCES categories (id) ON DELETE RESTRICT,
    slug      text   NOT NULL,
    name      text   NOT NULL,

    CONSTRAINT categories_slug_key UNIQUE (slug),
    CONSTRAINT categories_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT categories_parent_check CHECK (parent_id <> id)
);

CREATE INDEX categories_parent_id_idx ON categories (parent_id);

COMMENT ON TABLE categories IS 'Catalogue tree';
COMMENT ON COLUMN categories.slug IS 'Last part of the category''s address; never reused';

-- DOWN

DROP TABLE categories;
