"""The Statistics page: yields, control chart, failures, drift and latency of the record."""
