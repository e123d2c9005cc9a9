-- DEV/TEST ONLY
-- Lets the jobs of 0027 to 0030 run again, which on a developer's machine rebuilds the derived rows. Where the
-- rows are real they would be derived twice, so this must never run there.

DELETE FROM backfill_markers WHERE migration IN ('0027', '0028', '0029', '0030');
