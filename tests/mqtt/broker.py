"""A mosquitto of the tests' own, on a loopback port, and what subscribes at it."""

from __future__ import annotations

import getpass
import json
import shutil
import signal
import socket
import subprocess
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port
from tests.waits import until

USER, PASSWORD = "station", "p@ss:wo/rd%?"


def need() -> str:
    """Return mosquitto's program, or skip the test with the reason."""
    pytest.importorskip("paho.mqtt", reason="paho-mqtt is not installed (the extra “line”)")
    program = shutil.which("mosquitto", path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/opt/homebrew/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed (apt-get install mosquitto)")
    return program


class Broker:
    """One broker; it keeps nothing on the disk, so that a killed one has forgotten everything.

    Args:
        options: Further lines of its configuration.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self._program, self._folder = need(), folder
        self.port = free_port()
        lines = [f"listener {self.port} 127.0.0.1", f"user {getpass.getuser()}", "log_dest stderr", *options]
        if not any(line.startswith("password_file") for line in options):
            lines.append("allow_anonymous true")
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def address(self, more: str = "", *, user: str = "", scheme: str = "mqtt", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{user}{host}:{self.port}/plant{more}"

    def start(self) -> None:
        with (self._folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([self._program, "-c", str(self._configuration)], stdout=log, stderr=log)
        until(self._listens)

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "mosquitto.log").read_text()
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Let it hang, as a machine that is overloaded."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()


def password_file(folder: Path) -> Path:
    path = folder / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(path), USER, PASSWORD], check=True, capture_output=True)
    return path


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """Return a certificate that says a name, signed by itself, and its key."""
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key


class Receiver:
    """Subscribes for good, as what a plant records with does; comes back by itself.

    Args:
        topics: What it wants.
    """

    def __init__(self, port: int, *topics: str) -> None:
        from paho.mqtt.client import Client, MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        self._lock = threading.Lock()
        self._messages: list[tuple[str, bytes]] = []
        self._topics, self._subscribed = topics, threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"receiver-{id(self)}", protocol=MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe([(topic, 1) for topic in topics])
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        lasting = Properties(PacketTypes.CONNECT)
        lasting.SessionExpiryInterval = 3600
        self._client.connect("127.0.0.1", port, keepalive=5, clean_start=False, properties=lasting)
        self._client.loop_start()
        until(self._subscribed.is_set)

    def _on_message(self, _: object, __: object, message: Any) -> None:
        with self._lock:
            self._messages.append((message.topic, bytes(message.payload)))

    def said(self, topic: str) -> list[dict[str, Any]]:
        with self._lock:
            return [json.loads(content) for named, content in self._messages if named == topic]

    def last(self, topic: str) -> dict[str, Any] | None:
        said = self.said(topic)
        return said[-1] if said else None

    def ids(self, topic: str) -> list[str]:
        """The ids of a topic's messages in their order, each once; what comes again must be the very same."""
        said = self.said(topic)
        alike = Counter(json.dumps(message, sort_keys=True) for message in said)
        ids = list(dict.fromkeys(str(message["id"]) for message in said))
        assert len(alike) == len(ids)
        return ids

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
