"""The section “Recipes” of the Settings page: what is done with whole recipes, and their versions."""
