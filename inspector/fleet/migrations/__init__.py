"""The schema of the database of many stations."""
