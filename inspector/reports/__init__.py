"""Reports of a lot or a period: what was inspected with what, what failed and why, and whether the record holds."""
