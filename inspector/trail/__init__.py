"""The audit trail: what was changed at this station, by whom, when, and why; from here it goes into the result log."""
