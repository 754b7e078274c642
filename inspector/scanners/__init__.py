"""Code scanners: read on a thread of its own; what is read names the next part, changes the recipe, or begins a lot."""
