"""The parts of the live socket without a socket."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from portal import clock
from portal.announcements import Announcement
from portal.permissions import Actor, Role
from portal.realtime import connection as connections
from portal.realtime.beacon import GATHER_FOR, Beacon, OwnBeacon
from portal.realtime.closes import Close
from portal.realtime.connection import Connection, Rights
from portal.realtime.frames import BadFrame, Ping, Send, read_frame, write_frame
from portal.realtime.hub import Hub
from portal.realtime.rates import Bucket, Buckets, Rate
from portal.realtime.wire import Flow, WireProtocol


def somebody() -> Actor:
    return Actor(uuid4(), "Night nurse", Role.NURSE, uuid4(), "UTC")


class FakeWire:
    """Writes down the texts of the frames it is given."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.is_full = False
        self.woken = 0
        self.take: Callable[[str], None] = lambda text: None

    def open(self, take: Callable[[str], None], flow: Flow) -> None:
        self.take = take

    def write(self, frame: bytes) -> None:
        self.sent.append(text_of(frame))

    def wake(self) -> None:
        self.woken += 1


def texts_of(frames: bytes) -> list[str]:
    """What frames say that were written in one go, as a catch-up is."""
    texts = []
    while frames:
        skip = {126: 4, 127: 10}.get(frames[1], 2)
        length = int.from_bytes(frames[2:skip], "big") if skip > 2 else frames[1]
        texts.append(text_of(frames[: skip + length]))
        frames = frames[skip + length :]
    return texts


def text_of(frame: bytes) -> str:
    """What a frame says, however its length is written."""
    skip = {126: 4, 127: 10}.get(frame[1], 2)
    assert frame[0] == 0x81
    return frame[skip:].decode()


def allowed(connection: Connection, *patients: UUID) -> Rights:
    return Rights(connection.actor, frozenset(patients), clock.now())


def welcome(*patients: UUID, wire: FakeWire | None = None) -> Connection:
    """A connection that may hear of these patients; without a wire it is not accepted yet."""
    made = Connection(somebody())
    made.rights = allowed(made, *patients)
    if wire is not None:
        made.open(wire)
    return made


def test_a_frame_is_read_into_exactly_its_type() -> None:
    send = read_frame(f'{{"type":"send","conversation":"{A}","client_id":"{B}","body":"x"}}')
    assert send == Send(A, B, "x")


A, B = uuid4(), uuid4()


@pytest.mark.parametrize("text", ["", "[]", '{"type":"send"}', '{"type":"x"}', "[" * 60_000])
def test_anything_else_is_a_bad_frame_whose_words_quote_nothing(text: str) -> None:
    with pytest.raises(BadFrame) as bad:
        read_frame(text)
    assert text == "" or text not in bad.value.detail


def test_raw_values_go_back_byte_for_byte() -> None:
    ping = read_frame('{"type":"ping","t":{"b":1,"a":[1.50]}}')
    assert isinstance(ping, Ping)
    assert text_of(write_frame("pong", t=ping.t)) == '{"type":"pong","t":{"b":1,"a":[1.50]}}'


@pytest.mark.parametrize("length", [0, 100, 125, 126, 1000, 65_535, 65_536, 100_000])
def test_a_frame_is_framed_as_any_client_reads_it(length: int) -> None:
    frame = write_frame("pong", t="x" * length)
    client = ClientProtocol(parse_uri("ws://here.example/"), state=State.OPEN, max_size=None)
    client.receive_data(frame)
    [heard] = client.events_received()
    assert isinstance(heard, Frame)
    assert heard.data == text_of(frame).encode()
    assert heard.opcode is Opcode.TEXT


def test_a_bucket_fills_again_with_time() -> None:
    time = 0.0
    bucket = Bucket(Rate(per_second=2, burst=3), now=lambda: time)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    time = 1.0
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    time = 100.0
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_buckets_are_one_per_key_and_not_without_end() -> None:
    buckets = Buckets(Rate(per_second=0, burst=1), most=2)
    assert [buckets.take(key) for key in ("a", "a", "b", "b")] == [True, False, True, False]
    assert buckets.take("c")
    assert not buckets.take("c")
    assert buckets.take("a")


async def test_frames_leave_in_order_and_only_while_their_patient_is_mine() -> None:
    mine, theirs = uuid4(), uuid4()
    wire = FakeWire()
    connection = welcome(mine)
    connection.offer(b"\x81\x03one", mine)
    connection.offer(b"\x81\x03two", theirs)
    connection.open(wire)
    connection.offer(b"\x81\x04none", theirs)
    connection.offer(b"\x81\x05three")
    assert wire.sent == ["one", "three"]


async def test_nothing_leaves_while_rights_are_in_doubt() -> None:
    mine, wire = uuid4(), FakeWire()
    connection = welcome(mine, wire=wire)
    connection.rights = None
    connection.offer(b"\x81\x03one", mine)
    connection.offer(b"\x81\x03two")
    assert wire.sent == []
    connection.rights = allowed(connection)
    assert wire.sent == ["two"]


def test_what_waits_for_a_slow_reader_stays_in_order() -> None:
    wire = FakeWire()
    connection = welcome(wire=wire)
    wire.is_full = True
    connection.offer(b"\x81\x03one")
    wire.is_full = False
    connection.offer(b"\x81\x03two")
    assert wire.sent == []
    connection.resume()
    assert wire.sent == ["one", "two"]


class VanishedTransport:
    """As uvloop's is once the other side has gone: it raises at whoever still writes."""

    def is_closing(self) -> bool:
        return True

    def write(self, frame: bytes) -> None:
        raise RuntimeError("the handler is closed")


def test_writing_to_a_socket_that_has_just_vanished_troubles_nobody() -> None:
    wire: Any = object.__new__(WireProtocol)
    wire.transport = VanishedTransport()
    wire.write(write_frame("pong", t=1))


def test_a_full_queue_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LONGEST_QUEUE", 3)
    connection = welcome()
    for number in range(4):
        connection.offer(b"x%d" % number)
    assert connection.ending is Close.TOO_SLOW


def test_a_few_large_frames_are_as_much_as_many_small_ones() -> None:
    connection = welcome()
    for _ in range(20):
        connection.offer(b"x" * 64_000)
    assert connection.ending is Close.TOO_SLOW


async def test_catching_up_waits_for_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LONGEST_QUEUE", 4)
    wire = FakeWire()
    connection = welcome(wire=wire)
    wire.is_full = True

    async def catch_up() -> None:
        for number in range(20):
            await connection.put(b"\x81\x01%d" % number)

    task = asyncio.ensure_future(catch_up())
    await asyncio.sleep(0.01)
    assert not task.done()
    wire.is_full = False
    connection.resume()
    await task
    assert wire.sent == [str(number) for number in range(20)]
    assert connection.ending is None


def test_a_good_frame_in_between_forgives() -> None:
    connection = welcome()
    for _ in range(9):
        connection.strike("malformed", "?")
    connection.forgive()
    connection.strike("malformed", "?")
    assert connection.ending is None


def test_the_first_reason_to_end_counts() -> None:
    connection = welcome()
    wire = FakeWire()
    connection.open(wire)
    connection.end(Close.SIGNED_OUT)
    connection.end(Close.TOO_SLOW)
    assert connection.ending is Close.SIGNED_OUT
    assert wire.woken == 1


class Listener:
    def __init__(self) -> None:
        self.heard: list[Announcement] = []

    def hear(self, announcement: Announcement) -> None:
        self.heard.append(announcement)


def test_a_hub_tells_only_who_listens() -> None:
    hub, one, other = Hub(), Listener(), Listener()
    hub.join("a", one)
    hub.join("b", other)
    first = Announcement("a", "message", A)
    hub.publish([first])
    hub.leave("a", one)
    hub.publish([Announcement("a", "message", B)])
    assert (one.heard, other.heard) == ([first], [])


async def test_an_own_beacon_tells_each_person_of_theirs_and_everybody_after_a_gap() -> None:
    hub = Hub()
    beacon = OwnBeacon(hub, "notices")
    wires = [FakeWire(), FakeWire()]
    told, other = (welcome(wire=wire) for wire in wires)
    for connection in (told, other):
        beacon.join(connection)
    for _ in range(30):
        hub.publish([Announcement("notices", "notice", told.actor.person_id)])
    await asyncio.sleep(0.05)
    assert [wire.sent for wire in wires] == [['{"type":"changed","topic":"notices"}'], []]
    hub.look_for_missed()
    await asyncio.sleep(GATHER_FOR + 0.05)
    assert [len(wire.sent) for wire in wires] == [2, 1]


async def test_a_beacon_gathers_and_tells_only_whom_it_concerns() -> None:
    hub, patient = Hub(), uuid4()
    beacon = Beacon(hub, "triage")
    wires = [FakeWire(), FakeWire()]
    concerned, outsider = welcome(patient, wire=wires[0]), welcome(uuid4(), wire=wires[1])
    for connection in (concerned, outsider):
        beacon.join(connection)
    for _ in range(5):
        hub.publish([Announcement("triage", "flag", A, patient)])
    await asyncio.sleep(0.05)
    assert [wire.sent for wire in wires] == [['{"type":"changed","topic":"triage"}'], []]
    beacon.leave(concerned)
    beacon.leave(outsider)
    hub.publish([Announcement("triage", "flag", A, patient)])
