"""Ways out of the portal that write down what they were given, and fail when told."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from portal.db import Database
from portal.notices.actions import Browser, notify_all, subscribe
from portal.notices.channels import CannotSend, Letter
from portal.notices.delivery import deliver
from portal.notices.models import Channel
from portal.notices.reasons import Reason
from portal.people.models import Person

# A Monday at noon where everybody in the tests lives: no quiet hours.
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
POINT = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
SECRET = "tBHItJI5svbpez7KI4CCXg"


class Post:
    """One way. `fails` is what happens to every letter, until it is None."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.tried = 0
        self.fails: CannotSend | None = None

    async def send(self, letter: Letter) -> Sequence[UUID]:
        self.tried += 1
        if self.fails is not None:
            raise self.fails
        self.sent.append(letter)
        return ()


class Posts(defaultdict[str, Post]):
    def __init__(self) -> None:
        super().__init__(Post)
        self.mail, self.push = self[Channel.MAIL], self[Channel.PUSH]

    @property
    def titles(self) -> list[str]:
        return [letter.words.title for letter in (*self.mail.sent, *self.push.sent)]


async def give_address(database: Database, person: Person) -> None:
    async with database.work() as work:
        row = await work.session.get_one(Person, person.id)
        row.email = f"{person.role}@example.org"
        work.session.add(row)


async def give_device(database: Database, person: Person, name: str = "one") -> None:
    browser = Browser(f"https://push.example.org/{name}", POINT, SECRET, "Firefox")
    async with database.work() as work:
        await subscribe(work, person.id, browser)


async def tell(
    database: Database,
    person: Person,
    reason: Reason = Reason.MESSAGE,
    *,
    urgent: bool = False,
    other_way: bool = False,
) -> None:
    async with database.work() as work:
        await notify_all(work, [person.id], reason, urgent=urgent, other_way=other_way)


async def send(database: Database, posts: Posts, now: datetime) -> int:
    return await deliver(database, now, posts)
