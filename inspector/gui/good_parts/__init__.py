"""“Show me good parts”: pictures of good parts from the recipe's own source, a model of them, the line that uses it."""
