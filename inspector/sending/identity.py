"""By what a station is known to those it sends to, whatever it is called: a key in a file of the data folder."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from inspector.files import FileError, write_text
from inspector.json_file import JsonAbsentError, JsonError, read_model
from inspector.sending.faults import SendingError

if TYPE_CHECKING:
    from pathlib import Path

#: Rows and pictures are sent by two threads: only one of them makes the key.
_making = threading.Lock()


class _KeyFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str = Field(min_length=8, max_length=64, pattern="^[0-9a-f-]+$")


def station_key(home: Path) -> str:
    """Return the station's key; it is made where there is none yet.

    Args:
        home: The data folder.

    Raises:
        SendingError: If it can be neither read nor made.
    """
    with _making:
        return _kept_or_made(home / "fleet.json")


def _kept_or_made(path: Path) -> str:
    try:
        return read_model(path, _KeyFile).key
    except JsonAbsentError:
        made = _KeyFile(key=str(uuid.uuid4()))
    except JsonError as error:
        raise SendingError(
            f"the station's key cannot be read: {error.what}",
            "Restore the file. Without it the station counts as another one: then delete it, and run “inspector fleet "
            "replace”.",
        ) from error
    try:
        write_text(path, made.model_dump_json() + "\n")
    except FileError as error:
        raise SendingError(f"the station's key cannot be kept: {error.what}", error.next_step) from error
    return made.key
