-- Customers. Everything that is billed, limited or audited belongs to exactly one of them.

CREATE TABLE organizations (
    id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    slug        text        NOT NULL,
    name        text        NOT NULL,
    plan        text        NOT NULL DEFAULT 'free',
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organizations_slug_key UNIQUE (slug),
    CONSTRAINT organizations_slug_check CHECK (slug ~ '^[a-z][a-z0-9-]{1,62}$'),
    CONSTRAINT organizations_plan_check CHECK (plan IN ('free', 'team', 'enterprise'))
);

COMMENT ON TABLE organizations IS 'Customers: what is billed, limited and audited';
COMMENT ON COLUMN organizations.slug IS 'Stands in URLs; never reused for another customer';
