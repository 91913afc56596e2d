"""The reader of a hostile stream, byte by byte."""

import json
import struct

import pytest

from grader.sandbox.frames import MAX_FRAMES, MAX_HEAD, FrameReader, StreamError


def packed(head, payload=b""):
    data = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<IQ", len(data), len(payload)) + data + payload


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_frames_arrive_however_the_stream_is_cut(tmp_path, step):
    reader = FrameReader(tmp_path, 10_000)
    stream = packed({"a": 1}, b"x" * 100) + packed({"b": "é"}) + packed({"c": []}, b"y")
    frames = []
    for start in range(0, len(stream), step):
        frames += reader.feed(stream[start : start + step])
    assert [frame.head for frame in frames] == [{"a": 1}, {"b": "é"}, {"c": []}]
    assert frames[0].blob.path.read_bytes() == b"x" * 100
    assert frames[2].blob.path.read_bytes() == b"y"
    assert reader.close()


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"[]",
        b"1",
        b"null",
        b"{",
        b"{} {}",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 1_000_000,
    ],
    ids=lambda head: repr(head[:12]),
)
def test_nonsense_is_refused(tmp_path, head):
    with pytest.raises(StreamError) as caught:
        list(FrameReader(tmp_path, 10**7).feed(packed(head)))
    assert caught.value.status == "dead_kernel"


def test_reasonable_nesting_is_taken(tmp_path):
    nested = {"a": json.loads("[" * 50 + "]" * 50)}
    (frame,) = FrameReader(tmp_path, 10_000).feed(packed(nested))
    assert frame.head == nested


def test_lone_surrogates_become_writable_text(tmp_path):
    (frame,) = FrameReader(tmp_path, 1000).feed(packed(b'{"a\\udc00": "x\\uD800\\ud83d\\ude00"}'))
    assert frame.head == {"a?": "x?😀"}


@pytest.mark.parametrize(
    "stream",
    [
        struct.pack("<IQ", MAX_HEAD + 1, 0),
        struct.pack("<IQ", 2, 1001),
        struct.pack("<IQ", 2, 2**63),
        packed({}, b"x" * 600) + packed({}, b"x" * 600),
    ],
)
def test_too_much_is_refused_before_it_is_stored(tmp_path, stream):
    reader = FrameReader(tmp_path, 1000)
    with pytest.raises(StreamError) as caught:
        list(reader.feed(stream))
    assert caught.value.status == "output_limit"
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1000


def test_number_of_frames_has_a_limit(tmp_path):
    reader = FrameReader(tmp_path, 10**9)
    assert len(list(reader.feed(packed({}) * MAX_FRAMES))) == MAX_FRAMES
    with pytest.raises(StreamError):
        list(reader.feed(packed({})))


@pytest.mark.parametrize("cut", [3, 13, 20])
def test_half_a_frame_is_dropped_with_its_file(tmp_path, cut):
    reader = FrameReader(tmp_path, 1000)
    assert list(reader.feed(packed({"a": 1}, b"payload")[: cut + 3])) == []
    assert not reader.close()
    assert list(tmp_path.iterdir()) == []
