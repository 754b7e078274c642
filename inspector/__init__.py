"""The inspection station: decides for each part, shows why, and keeps the record."""

import os

#: The one place where the version stands; the package's metadata takes it from here.
__version__ = "0.1.0"

# OpenCV reads it once, when it is loaded; more pixels than `inspector.pictures.limits` allows in any kind
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "180000000")
