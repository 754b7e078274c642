"""The Settings page: the recipe and the station."""
