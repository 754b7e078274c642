"""Who is logged in at this computer, for records of who did what."""

from __future__ import annotations

import getpass
import os


def known_user() -> str:
    """Return the name of the user who is logged in; empty where the system does not tell, as in some containers."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # ImportError: Windows, where no variable names the user
        return ""


def user_name() -> str:
    """Return the name of the user who is logged in; where the system does not tell, “user” and a number."""
    return known_user() or (f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown")
