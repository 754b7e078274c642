"""A candidate judges the live parts beside the model in force, in a process of its own; the line takes no notice."""
