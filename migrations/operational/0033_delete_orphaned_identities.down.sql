-- Nothing to undo: the schema is the same before and after, and the deleted rows referred to nobody.

SELECT 1;
