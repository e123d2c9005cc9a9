DROP VIEW organization_usage;
