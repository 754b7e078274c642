"""Measurement system analysis: how well people and the station agree on good and defective (AIAG MSA, 4th edition)."""
