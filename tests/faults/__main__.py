"""``python -m tests.faults``: run the cases and print the table of docs/promises.md; 1 where something did not hold."""

from __future__ import annotations

from tests.faults.run import main

if __name__ == "__main__":
    raise SystemExit(main())
