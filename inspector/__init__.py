"""The inspection station: decides for each part, shows why, and keeps the record."""

#: The one place where the version stands; the package's metadata takes it from here.
__version__ = "0.1.0"
