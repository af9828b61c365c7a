"""What a patient says in a request: kept sealed, as one piece of JSON."""

import json
from dataclasses import asdict, dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.bookings.kinds import Health, Kind, Window
from portal.bookings.models import BookingDraft, BookingRequest
from portal.sealing import UNREADABLE, seal, unseal_words


@dataclass(frozen=True, slots=True)
class Details:
    """The private part of a request."""

    words: str = ""
    phone: str = ""
    place: str = ""
    health: tuple[Health, ...] = ()

    @property
    def is_home(self) -> bool:
        return not self.place


@dataclass(slots=True)
class Answers:
    """Everything typed so far, right or wrong, so that no error and no Back loses it."""

    kind: str = ""
    windows: list[str] = field(default_factory=list)
    where: str = ""
    place: str = ""
    phone: str | None = None
    health: list[str] = field(default_factory=list)
    words: str = ""

    @property
    def wanted(self) -> Kind | None:
        return Kind(self.kind) if self.kind in list(Kind) else None

    def picked(self) -> list[Window]:
        return sorted(Window.from_code(code) for code in self.windows)


def seal_details(
    session: AsyncSession, details: Details, request_id: UUID, patient_id: UUID
) -> bytes:
    return seal(session, json.dumps(asdict(details)), "booking_request", request_id, patient_id)


def details_of(session: AsyncSession, request: BookingRequest) -> Details:
    """What the patient asked for; when it cannot be opened, that is what it says."""
    bound = ("booking_request", request.id, request.patient_id)
    text = unseal_words(session, request.details, *bound)
    if text == UNREADABLE:
        return Details(words=UNREADABLE)
    read = json.loads(text)
    return Details(**{**read, "health": tuple(Health(code) for code in read["health"])})


def seal_answers(session: AsyncSession, answers: Answers, draft: BookingDraft) -> bytes:
    return seal(session, json.dumps(asdict(answers)), "booking_draft", draft.id, draft.patient_id)


def answers_of(session: AsyncSession, draft: BookingDraft) -> Answers:
    text = unseal_words(session, draft.answers, "booking_draft", draft.id, draft.patient_id)
    return Answers() if text == UNREADABLE else Answers(**json.loads(text))
