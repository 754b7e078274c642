"""What all have in common that pass on what is recorded: each a process of its own that reads the log's outbox."""
