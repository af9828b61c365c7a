"""What the demo's builders share: the session, the moment, the people, and bulk adding."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.demo.cast import TEAM, Story
from portal.demo.courses import Course, Report
from portal.people.models import Patient
from portal.treatments.models import Dose

OPENING, CLOSING = 7, 19


@dataclass
class Stage:
    """`ids` maps a key ("night-nurse", "patient-b") to the person it became."""

    session: AsyncSession
    now: datetime
    zone: ZoneInfo
    seed: int
    ids: dict[str, UUID] = field(default_factory=dict)
    patients: dict[str, Patient] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    doses: dict[str, list[Dose]] = field(default_factory=dict)

    async def add(self, rows: Iterable[SQLModel]) -> None:
        """Add rows of tables that do not point at one another, and write them now."""
        self.session.add_all(rows)
        await self.session.flush()

    def patient_id(self, story: Story) -> UUID:
        return self.ids[story.key]

    def ago(self, minutes: float) -> datetime:
        return self.now - timedelta(minutes=minutes)

    def local(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A wall-clock time so many days from today, in UTC."""
        day = self.now.astimezone(self.zone) + timedelta(days=days)
        wall = day.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
        return wall.astimezone(self.now.tzinfo)

    def nurse_on_duty(self, story: Story, at: datetime) -> str:
        """Who would have looked at it then."""
        if story.team != TEAM:
            return "other-nurse"
        return "day-nurse" if OPENING <= at.astimezone(self.zone).hour < CLOSING else "night-nurse"

    def dose_before(self, letter: str, report: Report) -> Dose | None:
        earlier: Sequence[Dose] = [d for d in self.doses[letter] if d.ended_at < report.at]
        return earlier[-1] if earlier else None
