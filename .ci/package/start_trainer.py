"""Where the packaged trainer starts; it also runs those commands of the station that need torch."""

from __future__ import annotations

import multiprocessing
import sys

from inspector.programs import AS_STATION


def main() -> int:
    """Run the trainer, or a command of the station."""
    if sys.argv[1:2] == [AS_STATION]:
        from inspector.cli import main as station  # noqa: PLC0415 - one of the two

        return station(sys.argv[2:])
    from trainer.cli import main as train  # noqa: PLC0415

    return train(sys.argv[1:])


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
