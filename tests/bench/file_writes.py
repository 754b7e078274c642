"""What bringing a file's name to the disk costs beside bringing its content: ``python -m tests.bench.file_writes``."""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from inspector.files import Disk, write_bytes

_BYTES = 400_000


class _NameLater(Disk):
    """Leaves it to the system when a name reaches the disk."""

    def flush_folder(self, folder: Path) -> None:
        """See `Disk`."""


def main() -> None:
    """Write files in turns, and print the median and the 90th percentile of each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="on the disk that is measured (default: the temporary folder)")
    parser.add_argument("--count", type=int, default=300, help="files of each way")
    parsed = parser.parse_args()
    content = os.urandom(_BYTES)
    ways = {"content and name": Disk(), "content alone": _NameLater()}
    times_ms: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory(dir=parsed.folder) as folder:
        for number in range(parsed.count):
            for name, disk in ways.items():
                begun_s = time.perf_counter()
                write_bytes(Path(folder, f"{number} {name}"), content, disk=disk)
                times_ms[name].append(1000 * (time.perf_counter() - begun_s))
    for name, values in times_ms.items():
        p90 = statistics.quantiles(values, n=10)[-1]
        print(f"{name}: median {statistics.median(values):.2f} ms, p90 {p90:.2f} ms")


if __name__ == "__main__":
    main()
