"""Choosing the operating point: labelled scores from where there are some, and the record of what was chosen."""
