"""Recipes of products: what one says, its versions, and which model it was given."""
