"""Everything that pages can do, in any order, beside a model that is a few lists."""

import asyncio
import os
import shutil
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlmodel import col, select

from portal.accounts.sessions import end_session
from portal.app import create_app
from portal.conversations.models import Message, ReadMarker
from portal.people.actions import join_care_team, leave_care_team
from portal.people.models import CareTeam, Person
from portal.permissions import Actor
from portal.settings import Oidc, Settings
from tests.clients import sign_in
from tests.conversations.inside import Frame, InsidePage, until
from tests.conversations.people import opened
from tests.databases import Databases
from tests.keys import ENCRYPTION_KEY, SECRET_KEY
from tests.people import clinic_of

T = TypeVar("T")
PATIENT, NURSE, OTHER = "Patient A", "Night nurse", "Day nurse"
CARE, NOTES = "care", "notes"
PEOPLE = st.sampled_from([PATIENT, NURSE, OTHER])
SPOTS = st.tuples(PEOPLE, st.integers(0, 1))
ANY = st.integers(0, 5)
PLACES = st.sampled_from([CARE, CARE, NOTES])
WORDS = st.sampled_from(["Hello", "I feel better", "<b>& é</b>"])
Spot = tuple[str, int]


@dataclass(frozen=True)
class Said:
    """A message as the model keeps it; its number is its place in the list."""

    author: str
    client_id: UUID
    words: str
    id: str


@dataclass
class Open:
    """An open page, and for each place it follows the number after which it listens."""

    page: InsidePage
    after: dict[str, int] = field(default_factory=dict)
    marks: dict[tuple[str, str], int] = field(default_factory=dict)


class Pages(RuleBasedStateMachine):
    template = ""
    folder = Path()
    made = 0

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.said: dict[str, list[Said]] = {CARE: [], NOTES: []}
        self.marks: dict[tuple[str, str], int] = defaultdict(int)
        self.open: dict[Spot, Open] = {}
        self.cookies: dict[Spot, tuple[str, Actor]] = {}
        self.has: dict[tuple[Spot, str], int] = {}
        self.team = {PATIENT, NURSE, OTHER}
        self.do(self._found())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def _found(self) -> None:
        Pages.made += 1
        path = self.folder / f"pages{Pages.made}.db"
        shutil.copyfile(self.template.removeprefix("sqlite:///"), path)
        self.app = create_app(
            Settings(
                database_url=f"sqlite:///{path}",
                public_url="https://portal.test",
                secret_key=SECRET_KEY,
                encryption_keys=(ENCRYPTION_KEY,),
                data_folder=self.folder,
                oidc=Oidc(issuer="https://provider.test", client_id="portal"),
            )
        )
        self.database = self.app.state.portal.database
        async with self.database.read() as session:
            rows = (await session.exec(select(Person))).all()
            teams = await session.exec(select(CareTeam.id).where(CareTeam.name == "Team North"))
            self.team_id = teams.one()
        self.people = {row.name: row for row in rows}
        care, notes = await opened(self.database, self.people[PATIENT])
        self.places = {CARE: care.id, NOTES: notes.id}
        for who in (PATIENT, NURSE, OTHER):
            await self._come((who, 0))
            await self._follow((who, 0), CARE, 0)

    # What people do.

    def spot(self, which: int) -> Spot:
        """One of the open pages."""
        return sorted(self.open)[which % len(self.open)]

    @rule(spot=SPOTS)
    def come(self, spot: Spot) -> None:
        if spot not in self.open:
            self.do(self._come(spot))

    async def _come(self, spot: Spot) -> None:
        if spot not in self.cookies:
            self.cookies[spot] = await sign_in(self.database, self.people[spot[0]])
        page = InsidePage(self.app, self.cookies[spot][0])
        self.open[spot] = Open(page)
        assert (await page.answer("hello"))["person"]["name"] == spot[0]

    @precondition(lambda self: self.open)
    @rule(which=ANY)
    def lose_the_line(self, which: int) -> None:
        self.do(self.open.pop(self.spot(which)).page.leave())

    @precondition(lambda self: self.open)
    @rule(which=ANY, place=PLACES, from_start=st.booleans())
    def follow(self, which: int, place: str, from_start: bool) -> None:
        """From where this page was when it last followed, or from the beginning."""
        spot = self.spot(which)
        self.do(self._follow(spot, place, 0 if from_start else self.has.get((spot, place), 0)))

    async def _follow(self, spot: Spot, place: str, after: int) -> None:
        id, there = self.places[place], self.open[spot]
        there.page.say("follow", conversation=id, after=after)
        if not self._may(spot[0], place):
            error = await there.page.answer("error", conversation=id)
            assert error["code"] == "not_found"
            return
        there.page.frames = [f for f in there.page.frames if not _is_message(f, id)]
        there.after[place] = after
        assert (await there.page.answer("followed", conversation=id))["head"] == self._head(place)
        await self._settle()

    @precondition(lambda self: self.open)
    @rule(
        letters=st.lists(st.tuples(ANY, PLACES, WORDS), min_size=1, max_size=5), twice=st.booleans()
    )
    def send(self, letters: list[tuple[int, str, str]], twice: bool) -> None:
        """All at the same moment, perhaps each of them twice."""
        sent = [(self.spot(which), place, words, uuid4()) for which, place, words in letters]
        self.do(self._send_all(sent * 2 if twice else sent))

    @precondition(lambda self: self.open)
    @rule(which=ANY, writer=ANY, words=st.lists(WORDS, min_size=1, max_size=3))
    def follow_while_others_write(self, which: int, writer: int, words: list[str]) -> None:
        """What is said between the look at the history and the first news is neither lost nor
        heard twice."""
        self.do(self._follow_amid(self.spot(which), self.spot(writer), words))

    async def _follow_amid(self, spot: Spot, writer: Spot, words: list[str]) -> None:
        there, id = self.open[spot], self.places[CARE]
        there.after.pop(CARE, None)
        there.page.frames = [f for f in there.page.frames if not _is_message(f, id)]
        there.page.say("unfollow", conversation=id)
        there.page.say("follow", conversation=id, after=0)
        if self._may(spot[0], CARE):
            there.after[CARE] = 0
        await self._send_all([(writer, CARE, text, uuid4()) for text in words])
        await there.page.answer("followed", "error", conversation=id)

    async def _send_all(self, letters: list[tuple[Spot, str, str, UUID]]) -> None:
        for spot, place, words, client_id in letters:
            names = {"conversation": self.places[place], "client_id": client_id}
            self.open[spot].page.say("send", **names, body=words)
        new: dict[tuple[str, int], Said] = {}
        for spot, place, words, client_id in letters:
            who, page = spot[0], self.open[spot].page
            answer = await page.answer("sent", "refused", client_id=client_id)
            if not self._may(who, place):
                assert answer.get("code") == "not_found", answer
                continue
            said = Said(who, client_id, words, answer["id"])
            assert new.setdefault((place, answer["seq"]), said) == said
        for (place, seq), said in sorted(new.items(), key=lambda item: item[0][1]):
            assert seq == self._head(place) + 1, "a hole, or a number twice"
            self.said[place].append(said)
        await self._settle()

    @precondition(lambda self: self.open)
    @rule(which=ANY, words=WORDS, message=st.integers(0, 20))
    def resend(self, which: int, words: str, message: int) -> None:
        """The same words again are the same message; others under its name are refused."""
        who, _ = spot = self.spot(which)
        own = [(place, said) for place in self.said for said in self.said[place]]
        own = [(place, said) for place, said in own if said.author == who]
        if own:
            self.do(self._resend(spot, *own[message % len(own)], words))

    async def _resend(self, spot: Spot, place: str, said: Said, words: str) -> None:
        who, there = spot[0], self.open[spot]
        names = {"conversation": self.places[place], "client_id": said.client_id}
        there.page.say("send", **names, body=words)
        answer = await there.page.answer("sent", "refused", client_id=said.client_id)
        if not self._may(who, place):
            assert answer["code"] == "not_found"
        elif words != said.words:
            assert answer["code"] == "not_allowed"
        else:
            assert (answer["id"], answer["seq"]) == (said.id, self.said[place].index(said) + 1)
        await self._settle()

    @precondition(lambda self: self.open)
    @rule(which=ANY, place=PLACES, words=WORDS)
    def lose_the_line_while_sending(self, which: int, place: str, words: str) -> None:
        """Stored or not, nobody knows; a resend from the next page finds out, and there is one."""
        self.do(self._interrupted(self.spot(which), place, words))

    async def _interrupted(self, spot: Spot, place: str, words: str) -> None:
        gone, client_id = self.open.pop(spot), uuid4()
        gone.page.say("send", conversation=self.places[place], client_id=client_id, body=words)
        await gone.page.leave()
        await self._come(spot)
        await self._send_all([(spot, place, words, client_id)])

    @precondition(lambda self: self.open)
    @rule(which=ANY, place=PLACES, ago=st.lists(st.integers(-1, 4), min_size=1, max_size=3))
    def read(self, which: int, place: str, ago: list[int]) -> None:
        """Forwards and backwards: a mark never goes back, and the end is the end."""
        for back in ago:
            self.do(self._read(self.spot(which), place, max(0, self._head(place) - back)))

    async def _read(self, spot: Spot, place: str, seq: int) -> None:
        id, who, there = self.places[place], spot[0], self.open[spot]
        there.page.say("read", conversation=id, seq=seq)
        if not self._may(who, place):
            assert (await there.page.answer("error", conversation=id))["code"] == "not_found"
            return
        # A mark has no answer. Frames are dealt with in turn: when the next is answered, it is set.
        nowhere = {"conversation": uuid4(), "client_id": uuid4()}
        there.page.say("send", **nowhere, body="Hello")
        await there.page.answer("refused", client_id=nowhere["client_id"])
        seen = min(seq, self._head(place))
        if seen > self.marks[place, who]:
            self.marks[place, who] = seen
            for follower in self.open.values():
                if place in follower.after:
                    follower.marks[place, who] = seen
        await self._settle()

    # What is done to them.

    @rule(who=st.sampled_from([NURSE, OTHER]))
    def leave_the_team(self, who: str) -> None:
        """All their pages are shown out; one opened later finds nothing there."""
        if who in self.team:
            self.team.discard(who)
            self.do(self._change_team(who))

    @precondition(lambda self: len(self.team) < 3)
    @rule()
    def come_back_to_the_team(self) -> None:
        for who in {NURSE, OTHER} - self.team:
            self.team.add(who)
            self.do(self._change_team(who))

    async def _change_team(self, who: str) -> None:
        change = join_care_team if who in self.team else leave_care_team
        async with self.database.work() as work:
            await change(work, self.people[who].id, self.team_id)
        for spot in list(self.open):
            if spot[0] == who and who not in self.team:
                await self._shown_out(spot, 4403)
        await self._settle()

    @rule(spot=SPOTS)
    def sign_out(self, spot: Spot) -> None:
        if held := self.cookies.pop(spot, None):
            self.do(self._sign_out(spot, held[1]))

    async def _sign_out(self, spot: Spot, actor: Actor) -> None:
        async with self.database.work() as work:
            await end_session(work, actor.session_id, actor.person_id)
        if spot in self.open:
            await self._shown_out(spot, 4401)
        await self._settle()

    async def _shown_out(self, spot: Spot, code: int) -> None:
        page = self.open.pop(spot).page
        await until(lambda: page.closed is not None)
        assert page.closed == code

    # What must be so.

    def _may(self, who: str, place: str) -> bool:
        return who in self.team and not (who == PATIENT and place == NOTES)

    def _head(self, place: str) -> int:
        return len(self.said[place])

    async def _settle(self) -> None:
        """Every open page hears all that it follows: each message once, in order, as said."""
        for spot, there in self.open.items():
            await until(lambda there=there: self._has_all(there) or there.page.closed is not None)
            assert there.page.closed is None
            for place, after in there.after.items():
                assert self._heard(there, place) == self._due(place, after)
                self.has[spot, place] = self._head(place)

    def _has_all(self, there: Open) -> bool:
        return all(
            len(self._heard(there, place)) >= len(self._due(place, after))
            for place, after in there.after.items()
        ) and all(self._heard_mark(there, *key) == seq for key, seq in there.marks.items())

    def _due(self, place: str, after: int) -> list[tuple[int, str, str, str]]:
        numbered = enumerate(self.said[place][after:], after + 1)
        return [(seq, said.id, str(said.client_id), said.words) for seq, said in numbered]

    def _heard(self, there: Open, place: str) -> list[tuple[int, str, str, str]]:
        return [
            (frame["seq"], frame["id"], frame["client_id"], frame["body"])
            for frame in there.page.frames
            if _is_message(frame, self.places[place])
        ]

    def _heard_mark(self, there: Open, place: str, who: str) -> int:
        about = (str(self.places[place]), str(self.people[who].id))
        numbers = [
            int(frame["seq"])
            for frame in there.page.frames
            if frame["type"] == "read" and (frame["conversation"], frame["person"]) == about
        ]
        assert numbers == sorted(numbers), "a mark went back"
        return numbers[-1] if numbers else 0

    def teardown(self) -> None:
        self.do(self._compare_with_the_database())
        for there in self.open.values():
            self.do(there.page.leave())
        self.do(self.database.dispose())
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.do(asyncio.sleep(0))
        self.loop.close()

    async def _compare_with_the_database(self) -> None:
        names = {person.id: name for name, person in self.people.items()}
        async with self.database.read() as session:
            marks = (await session.exec(select(ReadMarker))).all()
            for place, id in self.places.items():
                found = await session.exec(
                    select(Message)
                    .where(col(Message.conversation_id) == id)
                    .order_by(col(Message.seq))
                )
                rows = [(row.seq, str(row.id), row.client_id) for row in found.all()]
                kept = enumerate(self.said[place], 1)
                assert rows == [(seq, said.id, said.client_id) for seq, said in kept]
        places = {id: place for place, id in self.places.items()}
        kept_marks = {(places[m.conversation_id], names[m.person_id]): m.seq for m in marks}
        assert kept_marks == {key: seq for key, seq in self.marks.items() if seq}


def _is_message(frame: Frame, conversation_id: UUID) -> bool:
    return (frame["type"], frame.get("conversation")) == ("message", str(conversation_id))


async def test_pages_hear_what_a_plain_model_says(databases: Databases, tmp_path: Path) -> None:
    async with databases.copy("sqlite", clinic_of) as url:
        Pages.template, Pages.folder = url, tmp_path
        thorough = settings(
            max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "12")),
            stateful_step_count=40,
            derandomize=os.environ.get("CI") == "true",
            deadline=None,
            database=None,
            # Nothing is made smaller: each failure costs a wait, and thirty steps can be read.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        # In a thread, where no loop runs yet: each run of the machine has its own.
        await asyncio.to_thread(run_state_machine_as_test, Pages, settings=thorough)
