"""The first start: where pictures come from, what judges them, where the record goes. Every step can be skipped."""
