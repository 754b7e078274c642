"""Whether somebody is at the other end of a silent connection: by what the system tells of it, and a clock of the test's."""

from __future__ import annotations

import errno
import socket
import sys

import pytest

from inspector.silence import UNANSWERED_S, Silence

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how often it asked in vain")


class Connection(socket.socket):
    """A socket of which the system says that it was asked in vain so often."""

    in_vain = 0

    def getsockopt(self, *_: int) -> bytes:  # type: ignore[override]
        return bytes((1, 0, 0, self.in_vain, 0, 0, 0, 0))


@linux
def test_an_end_that_was_asked_and_does_not_answer_is_gone() -> None:
    with Connection() as connection:
        silence = Silence(connection)
        silence.look(10.0)
        connection.in_vain = 1
        silence.look(11.0)
        silence.look(11.0 + UNANSWERED_S / 2)
        with pytest.raises(TimeoutError) as caught:
            silence.look(11.0 + 2 * UNANSWERED_S)
    assert caught.value.errno == errno.ETIMEDOUT


@linux
def test_an_end_that_answers_late_is_there_and_the_next_question_has_its_own_time() -> None:
    with Connection() as connection:
        silence = Silence(connection)
        for now_s, in_vain in ((1.0, 1), (1.1, 0), (2.1, 1), (2.2, 1), (2.25, 0), (3.3, 1)):
            connection.in_vain = in_vain
            silence.look(now_s)


def test_a_silent_connection_whose_other_end_is_there_stays() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as connection,
        server.accept()[0],
    ):
        silence = Silence(connection)
        silence.look(1.0)
        silence.look(1.0 + 2 * UNANSWERED_S)
