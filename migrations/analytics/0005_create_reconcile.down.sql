DROP FUNCTION analytics.reconcile(date, date);
