"""An hour of damaged picture files, in a child with a limit of memory; `make fuzz`.

Usage: python -m tests.pictures.fuzz [--minutes 60] [--seed N]

Printed: files tried, pictures, refusals, the longest time of one, the peak memory. The exit code is 1 where the decoder raised
anything but a PictureError, took more than 2 s of processor time, or the child died.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from inspector.domain.errors import PictureError
from inspector.pictures import decode_picture
from tests.pictures.mutations import mutations

_MOST_S, _MOST_MB = 2.0, 600


def _run(seed: int, seconds: float) -> dict[str, object]:
    tried = refused = 0
    longest_s, slowest, fault = 0.0, "", ""
    end = time.monotonic() + seconds
    base = _peak_mb()
    for number, (name, data) in enumerate(mutations(seed)):
        if time.monotonic() > end or fault:
            break
        started = time.process_time()
        try:
            decode_picture(data, name)
        except PictureError:
            refused += 1
        except Exception as error:  # noqa: BLE001 - any other is a fault of the decoder
            fault = f"mutation {number} of {name}, seed {seed}: {type(error).__name__}: {error}"
        tried += 1
        if (took_s := time.process_time() - started) > longest_s:
            longest_s, slowest = took_s, f"{name}, mutation {number}"
    return {
        "tried": tried,
        "refused": refused,
        "longest_s": round(longest_s, 3),
        "slowest": slowest,
        "peak_mb": round(_peak_mb() - base),
        "fault": fault,
    }


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    peak = re.search(r"VmHWM:\s+(\d+)", status.read_text(encoding="ascii")) if status.exists() else None
    return int(peak[1]) / 1024 if peak else 0.0


def main() -> int:
    """Fuzz in children of a minute each, so that one that dies is known by its seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first; one more for every minute")
    parser.add_argument("--child", type=float, help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    if parsed.child:
        print(json.dumps(_run(parsed.seed, parsed.child)))
        return 0
    tried = refused = 0
    longest_s = peak_mb = 0.0
    faults: list[str] = []
    end = time.monotonic() + 60 * parsed.minutes
    seed = parsed.seed
    while (left_s := end - time.monotonic()) > 0:
        command = [sys.executable, "-m", "tests.pictures.fuzz", "--seed", str(seed), "--child", str(min(60.0, left_s))]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            faults.append(f"seed {seed}: the child ended with {done.returncode}: {done.stderr[-300:]}")
        else:
            figures = json.loads(done.stdout)
            tried, refused = tried + figures["tried"], refused + figures["refused"]
            longest_s, peak_mb = max(longest_s, figures["longest_s"]), max(peak_mb, figures["peak_mb"])
            faults += [figures["fault"]] * bool(figures["fault"])
            if figures["longest_s"] > _MOST_S or figures["peak_mb"] > _MOST_MB:
                faults.append(f"seed {seed}: {figures['slowest']}: {figures['longest_s']} s, {figures['peak_mb']} MB")
        seed += 1
    print(f"{tried:,} files, {refused:,} refused; longest {longest_s:.2f} s of processor, peak {peak_mb:.0f} MB more")
    print("\n".join(faults) or "no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
