DROP VIEW analytics.organization_trend;
