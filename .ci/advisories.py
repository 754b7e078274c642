"""Looks for known weaknesses of what is installed, by pip-audit: `make advisories`.

Exit codes: 0 none is known, or the database cannot be reached, which is said; 1 one is known; 2 the check has failed.
"""

from __future__ import annotations

import re
import subprocess
import sys

#: What pip-audit, requests and urllib3 say where there is no network.
_AWAY = re.compile(
    r"ConnectionError|ConnectTimeout|ReadTimeout|Max retries exceeded|NameResolution|ProxyError|SSLError|ServiceError|"
    r"Could not connect|Failed to establish|Connection refused|Temporary failure in name resolution|"
    r"HTTPError|status code",
)
_LIMIT_S = 600


def main(command: list[str] | None = None) -> int:
    """Look.

    Args:
        command: Runs the check; None for pip-audit.
    """
    audit = [sys.executable, "-m", "pip_audit", "--skip-editable", "--progress-spinner", "off", "--timeout", "15"]
    try:
        done = subprocess.run(command or audit, check=False, capture_output=True, text=True, timeout=_LIMIT_S)
    except subprocess.TimeoutExpired:
        print("advisories: SKIPPED: the database has not answered")
        return 0
    if done.returncode == 0:
        print("advisories: no weakness is known of what is installed")
        return 0
    if re.search(r"^Found \d+ known vulnerabilit", done.stderr, flags=re.MULTILINE):
        print(done.stdout + done.stderr, end="")
        return 1
    if _AWAY.search(done.stderr):
        print("advisories: SKIPPED: the database of known weaknesses cannot be reached from here")
        return 0
    print(done.stdout + done.stderr, end="", file=sys.stderr)
    print("advisories: the check itself has failed", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
