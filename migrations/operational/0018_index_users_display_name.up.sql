-- Support searches people by name, whatever its capitals: an index on the expression that the search uses.

CREATE INDEX CONCURRENTLY users_lower_display_name_idx ON users (lower(display_name) text_pattern_ops);
