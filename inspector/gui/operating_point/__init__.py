"""The page Operating point: labelled scores, two thresholds, and what follows from them."""
