"""``inspector``: the window, and the commands."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; see `inspector.cli`."""
    from inspector.cli import main as run  # nothing is imported before it is needed
    from inspector.ending import end_process

    code = run(sys.argv[1:])
    end_process(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
