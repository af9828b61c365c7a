"""Who may do what: the roles, the permissions, and the one table that joins them.

This says what a role may do. Which patients it may be done to is said by `people.access`.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    PATIENT = "patient"
    NURSE = "nurse"
    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"
    ADMIN = "admin"

    @property
    def words(self) -> str:
        return {"admin": "Administrator"}.get(self.value, self.value.capitalize())


class Permission(StrEnum):
    """`<thing>:<action>`, in alphabetical order."""

    ACCOUNT_USE = "account:use"
    BOOKING_ASK = "booking:ask"
    BOOKING_OFFER = "booking:offer"
    BOOKING_READ = "booking:read"
    CHECK_IN_ANSWER = "check_in:answer"
    CONVERSATION_READ = "conversation:read"
    CONVERSATION_WRITE = "conversation:write"
    DETAILS_WRITE = "details:write"
    DOSE_RECORD = "dose:record"
    FIGURES_READ = "figures:read"
    FLAG_ACT = "flag:act"
    FLAG_RAISE = "flag:raise"
    FLAG_READ = "flag:read"
    HOME_READ = "home:read"
    INBOX_READ = "inbox:read"
    NOTE_WRITE = "note:write"
    PEOPLE_MANAGE = "people:manage"
    PLAN_SIGN = "plan:sign"
    RECORD_READ = "record:read"
    RECORD_WRITE = "record:write"
    ROTA_KEEP = "rota:keep"
    RULES_READ = "rules:read"
    RULES_TRY = "rules:try"


_PATIENT = {
    Permission.ACCOUNT_USE,
    Permission.BOOKING_ASK,
    Permission.CHECK_IN_ANSWER,
    Permission.CONVERSATION_READ,
    Permission.CONVERSATION_WRITE,
    Permission.HOME_READ,
}
_COORDINATOR = {
    Permission.ACCOUNT_USE,
    Permission.BOOKING_OFFER,
    Permission.BOOKING_READ,
    Permission.CONVERSATION_READ,
    Permission.CONVERSATION_WRITE,
    Permission.DETAILS_WRITE,
    Permission.FLAG_RAISE,
    Permission.FLAG_READ,
    Permission.INBOX_READ,
    Permission.NOTE_WRITE,
    Permission.RECORD_READ,
    Permission.ROTA_KEEP,
    Permission.RULES_READ,
}
_NURSE = _COORDINATOR | {
    Permission.DOSE_RECORD,
    Permission.FLAG_ACT,
    Permission.RECORD_WRITE,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.PATIENT: frozenset(_PATIENT),
    Role.COORDINATOR: frozenset(_COORDINATOR),
    Role.NURSE: frozenset(_NURSE),
    Role.CLINICIAN: frozenset(_NURSE | {Permission.FIGURES_READ, Permission.PLAN_SIGN}),
    # An administrator runs the place and sees no patient's record.
    Role.ADMIN: frozenset(
        {
            Permission.ACCOUNT_USE,
            Permission.FIGURES_READ,
            Permission.PEOPLE_MANAGE,
            Permission.ROTA_KEEP,
            Permission.RULES_READ,
            Permission.RULES_TRY,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, as found from the session on each request."""

    person_id: UUID
    name: str
    role: Role
    session_id: UUID
    time_zone: str
    theme: str = "system"
    keys_on: bool = True
    language: str = ""  # not chosen: as the browser asks
    read_in: str = ""  # what they read in last time

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]

    @property
    def is_patient(self) -> bool:
        return self.role is Role.PATIENT

    @property
    def is_staff(self) -> bool:
        return self.role is not Role.PATIENT
