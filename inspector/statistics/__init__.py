"""What the record says of the process: yields, control charts, failures, drift, latency; without Qt."""
