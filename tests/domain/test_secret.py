"""No address is shown with its secrets, however they are written."""

from __future__ import annotations

import logging

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inspector.domain.errors import SourceError
from inspector.domain.secret import as_url, filled, has_secret, is_masked, masked, masks_in, redacted
from inspector.domain.source import SourceSpec, label_of, shown
from inspector.program_log import RedactedFormatter

ADDRESSES = [
    ("rtsp://user:se:cret@cam/1", "rtsp://user:***@cam/1"),
    ("rtsp://user:p@ss@cam:554/1", "rtsp://user:***@cam:554/1"),
    ("rtsp://admin:p@ss/w0rd?#x&y=z@192.168.1.20:554/stream1", "rtsp://admin:***@192.168.1.20:554/stream1"),
    ("rtsp://admin:12/34@10.0.0.4/s", "rtsp://admin:***@10.0.0.4/s"),
    ("rtsps://u:%40pw'(x)@[fe80::1]:554/x", "rtsps://u:***@[fe80::1]:554/x"),
    ("RTSP://Admin:Geheim@cam/h264Preview_01_main", "RTSP://Admin:***@cam/h264Preview_01_main"),
    ("rtsp://:only-a-password@cam/1", "rtsp://:***@cam/1"),
    ("http://USER-THAT-IS-A-TOKEN@cam/video", "http://***@cam/video"),
    ("http://AbC/d+ef==@cam.example/video", "http://***@cam.example/video"),
    ("http://cam/videostream.cgi?loginuse=admin&loginpas=geheim", "http://cam/videostream.cgi?loginuse=admin&loginpas=***"),
    ("https://h/v?user=a&password=p%40/b&x=1", "https://h/v?user=a&password=***&x=1"),
    ("https://h/index.m3u8?X-Amz-Signature=ab12&X-Amz-Credential=q/2", "https://h/index.m3u8?X-Amz-Signature=***&X-Amz-Credential=***"),
    ("https://h/v.m3u8#sig=ab12", "https://h/v.m3u8#sig=***"),
    ("https://h/live/SECRETTOKEN", "https://h/live/***"),
    ("https://h/live/verysecret.m3u8", "https://h/live/***"),
    ("https://h/api/9f86d081884c7d659a2feaa0c55ad015/stream", "https://h/api/***/stream"),
    ("rtmp://a.example/live2/abcd-1234-efgh-5678", "rtmp://a.example/live2/***"),
    ("rtmp://a.example/app/k3ykey", "rtmp://a.example/app/***"),
    ("rtsp://1.2.3.4:554/user=admin&password=tlJwpbo6&channel=1&stream=0.sdp", "rtsp://1.2.3.4:554/user=admin&password=***&channel=1&stream=0.sdp"),
    ("rtsp://1.2.3.4:554/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp", "rtsp://1.2.3.4:554/user=admin_password=***"),
]  # fmt: skip
HARMLESS = [
    "rtsp://cam:554/a@b",
    "rtsp://192.168.1.20:554/Streaming/Channels/101",
    "rtsp://cam/cam/realmonitor?channel=1&subtype=0",
    "http://cam/axis-cgi/mjpg/video.cgi?resolution=640x480&videocodec=h264&keyframeinterval=30",
    "rtsp://cam/live/ch00_0",
    "rtsp://cam/live.sdp",
    "rtmp://cam/live/stream1",
    "https://cam/x",
]


@pytest.mark.parametrize(("address", "clean"), ADDRESSES)
def test_an_address_is_shown_without_its_secrets(address: str, clean: str) -> None:
    assert (shown(address), SourceSpec.parse(address).shown) == (clean, clean)
    assert label_of(address) == f"stream {clean.partition('://')[2].partition('/')[0].rpartition('@')[2]}"[:28]
    assert has_secret(address)
    assert not has_secret(clean)
    assert is_masked(clean)
    assert redacted(f"lost '{address}', and “{address}” (twice)") == f"lost '{clean}', and “{clean}” (twice)"


@pytest.mark.parametrize("address", HARMLESS)
def test_what_holds_no_secret_is_shown_as_it_is(address: str) -> None:
    assert shown(address) == redacted(address) == address
    assert not is_masked(address)


@given(
    password=st.text(st.characters(min_codepoint=33, exclude_categories=["Cs", "Z", "Cc"], exclude_characters='"“”'), min_size=1),
    host=st.sampled_from(["cam/1", "192.168.1.20:554/stream", "[::1]/x", "cam.plant"]),
)  # fmt: skip
def test_a_password_of_any_characters_is_hidden(password: str, host: str) -> None:
    assume(password.strip("*0123456789"))
    clean = f"rtsp://user:***@{host}"
    assert shown(f"rtsp://user:Xq{password}@{host}") == clean
    assert redacted(f"lost rtsp://user:Xq{password}@{host} again") == f"lost {clean} again"


def test_users_are_left_out_where_that_is_asked_for() -> None:
    assert redacted("rtsp://u:p@h/1 and http://x@y/", users=False) == "rtsp://***@h/1 and http://***@y/"


def test_an_address_without_its_scheme_or_with_a_wrong_one_is_refused_without_its_password() -> None:
    for text in ("admin:S3cret@192.168.1.20/stream1", "rstp://admin:S3cret@cam/1", "rtsp://admin:S3c ret@cam/1"):
        with pytest.raises(SourceError) as caught:
            SourceSpec.parse(text)
        assert "admin:***@" in str(caught.value)
        assert "S3c" not in str(caught.value) + shown(text) + label_of(text)


def test_an_address_is_given_to_the_reader_by_the_rules() -> None:
    assert as_url("rtsp://ad:p@s/s?#%40 é@cam:554/1?a=b") == "rtsp://ad:p%40s%2Fs%3F%23%40%20%C3%A9@cam:554/1?a=b"
    assert as_url("rtsp://cam:554/a@b") == "rtsp://cam:554/a@b"


def test_secrets_are_put_back_in_their_order() -> None:
    clean = masked("http://u:one@h/v?token=two")
    assert masks_in(clean) == 2
    assert filled(clean, ["one", "two"]) == "http://u:one@h/v?token=two"
    assert masked("rtsp://u:***2@h/1") == "rtsp://u:***2@h/1"


def test_a_traceback_in_the_log_holds_no_secret() -> None:
    try:
        raise ValueError("rtsp://u:S3cret@cam/1")
    except ValueError as error:
        record = logging.LogRecord(
            "n", logging.ERROR, "f", 1, "lost %s", ("http://x/?key=S3cret",), (ValueError, error, None)
        )
    text = RedactedFormatter("%(message)s").format(record)
    assert "rtsp://u:***@cam/1" in text
    assert "S3cret" not in text
