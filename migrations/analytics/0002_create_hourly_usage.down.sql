DROP TABLE analytics.hourly_usage;
