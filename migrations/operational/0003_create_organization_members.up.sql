-- Who may act for which organization. The roles are an enum because code branches on each of them:
-- a role nobody handles should be impossible to store.

CREATE TYPE member_role AS ENUM ('owner', 'admin', 'member', 'viewer');

CREATE TABLE organization_members (
    organization_id  uuid        NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id          uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role             member_role NOT NULL DEFAULT 'member',
    joined_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organization_members_pkey PRIMARY KEY (organization_id, user_id)
);

-- The primary key serves look-ups by organization; this one serves those by user and the foreign key's deletes.
CREATE INDEX organization_members_user_id_idx ON organization_members (user_id);

COMMENT ON TABLE organization_members IS 'Who may act for which organization, and as what';
COMMENT ON TYPE member_role IS 'Ordered from most to least powerful';
