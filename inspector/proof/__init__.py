"""Proof that the record is as it was written: signed heads of its chain, signed exports, the check of both."""
