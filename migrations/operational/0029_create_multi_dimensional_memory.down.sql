DELETE FROM backfill_markers WHERE migration = '0029';
DROP TABLE multi_dimensional_memory;
