"""One window per data folder: a second one asks the first to come to the front, and ends."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, QThread, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from inspector.private import ForeignError, refuse_foreign

#: The first window may have begun a moment ago, and not listen yet.
_WAIT_MS = 3000
_TRY_MS = 50
_WORD = b"raise\n"
#: What a program that is not ours sends is not kept.
_MOST_BYTES = 4096
_MOST_WAITING = 8


class SingleWindow(QObject):
    """Held by the window of a data folder as long as the process lives; used on the GUI thread.

    Args:
        root: The data folder; made where it is not there. Where it cannot be written, every window is the first.
    """

    wanted = Signal()  #: another start asks for the window

    def __init__(self, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        digest = hashlib.sha256(str(root.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
        self._name = f"inspector-{digest[:16]}"
        self._lock = QLockFile(str(root / "window.lock"))
        self._lock.setStaleLockTime(0)  # only a process that is gone lets go, however long this one runs
        self._root = root
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(_MOST_WAITING)
        self._server.newConnection.connect(self._on_connection)

    def is_first(self) -> bool:
        """Take the folder; False where another window has it."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
        except OSError:
            return True  # the log will say so, with what to do
        if not self._lock.tryLock(0) and self._lock.error() is QLockFile.LockError.LockFailedError:
            return False
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    def raise_first(self) -> bool:
        """Ask the window that has the folder to come to the front; False where it does not answer."""
        deadline = QDeadlineTimer(_WAIT_MS)
        while not deadline.hasExpired():
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(_TRY_MS) and _is_own(socket.fullServerName()):
                socket.write(_WORD)
                return socket.waitForReadyRead(int(deadline.remainingTime()))
            QThread.msleep(_TRY_MS)
        return False

    @property
    def address(self) -> str:
        """Where it listens: the file of a socket, or the name of a pipe (Windows)."""
        return self._server.fullServerName()

    def release(self) -> None:
        """Let another window have the folder."""
        self._server.close()
        self._lock.unlock()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(_MOST_BYTES)
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(partial(self._on_word, socket))
            silence = QTimer(socket)
            silence.setSingleShot(True)
            silence.timeout.connect(lambda socket=socket: socket.abort())
            silence.start(_WAIT_MS)

    def _on_word(self, socket: QLocalSocket) -> None:
        """Answer the one word that there is; whoever says something else is heard no further."""
        said = bytes(socket.peek(_MOST_BYTES).data())
        if said == _WORD:
            socket.readAll()
            socket.write(b"ok\n")
            socket.flush()
            socket.disconnectFromServer()
            self.wanted.emit()
        elif not _WORD.startswith(said):
            socket.abort()


def _is_own(address: str) -> bool:
    """Return False for a socket that another user has put there: its answer would be no window of this one."""
    try:
        refuse_foreign(Path(address))
    except ForeignError:
        return False
    return True
