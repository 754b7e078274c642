"""A client of OPC 40100-1 in a process of its own, as a test asks it; the program is `tests.line.vision_client`."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.waits import WAIT_S, until

ROOT = Path(__file__).resolve().parents[2]
MACHINE, AUTOMATIC = "VisionStateMachine", "VisionStateMachine/AutomaticModeStateMachine"


class Client:
    """The client's process, and what it has said."""

    def __init__(self, port: int) -> None:
        command = [sys.executable, "-m", "tests.line.vision_client", str(port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.events: list[dict[str, Any]] = []
        self._answers: list[Any] = []
        self._asked = 1
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._answered()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            if "answer" in told:
                self._answers.append(told["answer"])
            else:
                self.events.append(told)

    def _answered(self) -> Any:
        until(lambda: len(self._answers) >= self._asked or self.process.poll() is not None)
        return self._answers[self._asked - 1]

    def ask(self, *asked: Any) -> Any:
        assert self.process.stdin is not None
        self._asked += 1
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return self._answered()

    def call(self, path: str, *arguments: Any) -> Any:
        return self.ask("call", path, *arguments)

    def start(self, meas: str = "", part: str = "", recipe: str = "", product: str = "") -> Any:
        return self.call(
            f"{AUTOMATIC}/StartSingleJob",
            ["MeasIdDataType", meas],
            ["PartIdDataType", part],
            ["RecipeIdExternalDataType", recipe],
            ["ProductIdDataType", product],
            ["Variant", []],
        )

    def result(self, result: str) -> Any:
        return self.call("ResultManagement/GetResultById", ["ResultIdDataType", result], ["Int32", 0])

    def release(self, handle: int) -> Any:
        return self.call("ResultManagement/ReleaseResultHandle", ["UInt32", handle])

    def listed(self, state: int = 0, meas: str = "", most: int = 0, first: int = 0, product: str = "") -> Any:
        kinds = ("RecipeIdExternalDataType", "RecipeIdInternalDataType", "ConfigurationIdDataType")
        return self.call(
            "ResultManagement/GetResultListFiltered",
            ["Int32", state],
            ["MeasIdDataType", meas],
            ["PartIdDataType", ""],
            *([kind, ""] for kind in (*kinds, kinds[-1])),
            ["ProductIdDataType", product],
            ["JobIdDataType", ""],
            ["UInt32", most],
            ["UInt32", first],
            ["Int32", 0],
        )

    def state(self) -> list[Any]:
        told: list[Any] = self.ask("state")
        return told

    def of_job(self, job: str) -> list[str]:
        return [event["event"] for event in self.events if event["JobId"] == job]

    def end(self) -> None:
        assert self.process.stdin is not None
        with suppress(OSError):  # it is gone
            self.process.stdin.close()
        self.process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
