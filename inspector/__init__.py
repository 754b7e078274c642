"""The inspection station: decides for each part, shows why, and keeps the record."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("inspector-station")
except PackageNotFoundError:  # a frozen build without metadata
    __version__ = "0.1.0"
