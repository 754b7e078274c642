"""The trainer: turns labelled pictures into a model bundle that the station can run."""
