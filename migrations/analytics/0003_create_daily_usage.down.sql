DROP TABLE analytics.daily_usage;
