DROP TABLE backfill_markers;
