"""One file that holds a station: written while it inspects, and made a data folder again, here or elsewhere."""
