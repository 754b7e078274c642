"""``trainer``: fine-tunes models."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; see `trainer.cli`."""
    from trainer.cli import main as run  # nothing heavy before it is needed

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
