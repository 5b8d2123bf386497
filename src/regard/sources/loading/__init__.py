"""From mapped rows to the rooms' own shapes: set-based, in DuckDB, then COPY through the rooms' actions."""
