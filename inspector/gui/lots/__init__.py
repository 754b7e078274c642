"""The section “Lots” of the Settings page, and the report of a lot that has ended."""
