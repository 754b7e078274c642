"""``inspector``: the window, and the commands."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; see `inspector.cli`."""
    from inspector.ending import end_process  # nothing is imported before it is needed
    from inspector.programs import interrupted_by_signals

    with interrupted_by_signals():
        try:
            from inspector.cli import main as run

            code = run(sys.argv[1:])
        except KeyboardInterrupt:  # before there is a command that could say it
            sys.stderr.write("interrupted\n")
            code = 130
    end_process(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
