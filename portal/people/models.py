"""People: everyone who can sign in, and what we hold about patients, practitioners and teams."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import false, text
from sqlmodel import Field, SQLModel

from portal.db import PortableJSON, UTCDateTime, enum_type
from portal.ids import new_id
from portal.permissions import Role


class Caution(StrEnum):
    """What makes treatment possible only under medical supervision, or reads answers more strictly.

    Source: clinical.md section 3 (screening gate) and the modifiers of section 7.
    """

    UNDER_18 = "under_18"
    PREGNANCY = "pregnancy"
    DEMENTIA = "dementia"
    PAST_ADDICTION = "past_addiction"
    SEDATIVES = "sedatives"

    @property
    def words(self) -> str:
        return _CAUTION_WORDS[self]

    @property
    def needs_supervision(self) -> bool:
        return self is not Caution.SEDATIVES


_CAUTION_WORDS = {
    Caution.UNDER_18: "Under 18",
    Caution.PREGNANCY: "Pregnancy",
    Caution.DEMENTIA: "Dementia symptoms",
    Caution.PAST_ADDICTION: "Past addiction",
    Caution.SEDATIVES: "Takes an opioid or sedative",
}


ADULT = 18


class CareTeam(SQLModel, table=True):
    __tablename__ = "care_team"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=80, unique=True)


_UNSET = text("''")


class Person(SQLModel, table=True):
    """Somebody who can sign in. One person has one role."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=80)
    role: Role = Field(sa_type=enum_type(Role, "role"))
    email: str | None = Field(default=None, max_length=254)
    time_zone: str = Field(max_length=64)
    theme: str = Field(default="system", max_length=8)
    keys_on: bool = True
    # "" is what the browser asks for.
    language: str = Field(default="", max_length=8, sa_column_kwargs={"server_default": _UNSET})
    # What they last read in: where they chose none, mails are written in it.
    read_in: str = Field(default="", max_length=8, sa_column_kwargs={"server_default": _UNSET})
    created_at: datetime = Field(sa_type=UTCDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Practitioner(SQLModel, table=True):
    """A member of staff; `title` is what patients see beside a reply."""

    id: UUID = Field(primary_key=True, foreign_key="person.id")
    title: str = Field(max_length=80)


class Patient(SQLModel, table=True):
    """A person in treatment; belongs to one care team."""

    id: UUID = Field(primary_key=True, foreign_key="person.id")
    care_team_id: UUID = Field(foreign_key="care_team.id", index=True)
    born_on: date | None = None
    condition: str = Field(default="", max_length=120)
    phone: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=200)
    companion_name: str = Field(default="", max_length=80)
    companion_phone: str = Field(default="", max_length=40)
    companion_email: str | None = Field(default=None, max_length=254)
    # The patient agrees that this adult is told when we do not hear from them.
    companion_may_hear: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    cautions: list[str] = Field(default_factory=list, sa_type=PortableJSON)
    supervisor_id: UUID | None = Field(default=None, foreign_key="practitioner.id")

    def caution_set(self) -> frozenset[Caution]:
        return frozenset(Caution(code) for code in self.cautions)

    @property
    def needs_supervision(self) -> bool:
        return any(caution.needs_supervision for caution in self.caution_set())

    def age_on(self, day: date) -> int | None:
        """Years lived by `day`; None while the birth date is not known."""
        born = self.born_on
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def supervised_for(self, day: date) -> frozenset[Caution]:
        """Why treatment on `day` needs medical supervision.

        A birth date counts even where nobody ticked "under 18".
        """
        reasons = {caution for caution in self.caution_set() if caution.needs_supervision}
        age = self.age_on(day)
        if age is not None and age < ADULT:
            reasons.add(Caution.UNDER_18)
        return frozenset(reasons)
