"""Where the packaged station starts."""

from __future__ import annotations

import multiprocessing
import sys

from inspector.__main__ import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
