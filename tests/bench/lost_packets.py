"""``python -m tests.bench.lost_packets``: a GigE camera that loses packets, triggered by the line, through the engine.

The camera is the fake one of Aravis' tools, on the loopback interface; there can be one on a computer. Each trigger asks it for one
picture of 256 × 256 pixels. The network is a fake that holds every picture it is given against the pattern that the camera sends.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from dataclasses import asdict

from inspector.sources.aravis import is_installed
from tests.sources.fake_gige import FAKE, CameraTakenError, plug_in, trigger_parts, unplug


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triggers", type=int, default=5000)
    parser.add_argument(
        "--per-thousand", type=int, default=10, help="packets that are lost (default: 10, that is 1 %%)"
    )
    parser.add_argument("--minutes", type=float, default=0.0, help="trigger no more after so long (default: no limit)")
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    if FAKE is None or not is_installed():
        parser.error("apt-get install aravis-tools gir1.2-aravis-0.8")
    try:
        camera = plug_in("-r", str(parsed.per_thousand))
    except CameraTakenError:
        parser.error("another fake camera runs on this computer")
    try:
        run = trigger_parts(parsed.triggers, 60 * parsed.minutes or math.inf)
    finally:
        unplug(camera)
    if parsed.json:
        print(json.dumps(asdict(run), ensure_ascii=False))
    else:
        print(
            f"{run.triggers:,} triggers in {run.seconds:.0f} s, {run.rows:,} rows, each its trigger's: {run.in_order}"
        )
        print(f"{run.not_whole:,} pictures that were not whole, each an ERROR; {len(run.other_errors)} other errors")
        for reason, count in Counter(run.other_errors).items():
            print(f"  {count} × {reason}")
        print(f"{run.judged:,} pictures judged, {run.damaged} of them damaged")
    errors = run.not_whole + len(run.other_errors)
    whole = run.rows == run.triggers and run.in_order and run.judged + errors == run.rows
    return 0 if whole and not run.damaged else 1


if __name__ == "__main__":
    sys.exit(main())
