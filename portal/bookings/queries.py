"""Reading requests: through the actor, or for a patient already found through the actor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from portal import clock
from portal.bookings.details import Details, details_of
from portal.bookings.kinds import Kind, Window
from portal.bookings.models import BookingRequest, Ending, Offer, OfferOutcome, RequestEnd, Slot
from portal.errors import NotFound
from portal.people.access import is_visible
from portal.people.models import Caution, Patient
from portal.people.queries import Named, named
from portal.permissions import Actor
from portal.sealing import unseal_words

T = TypeVar("T")
WARNED_BEFORE = 120  # seconds before a hold ends


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered time."""

    slot: Slot
    nurse: Named


@dataclass(frozen=True, slots=True)
class RequestState:
    """A request with where it stands. `offer` is the one still held; times are its choices."""

    request: BookingRequest
    details: Details
    patient: Named
    cautions: frozenset[Caution]
    offers: tuple[Offer, ...]
    choices: tuple[Choice, ...]
    end: RequestEnd | None
    end_by: Named | None
    reason: str | None

    @property
    def id(self) -> UUID:
        return self.request.id

    @property
    def patient_id(self) -> UUID:
        return self.request.patient_id

    @property
    def kind(self) -> Kind:
        return self.request.kind

    @property
    def requested_at(self) -> datetime:
        return self.request.requested_at

    @property
    def windows(self) -> list[Window]:
        return [Window.from_code(code) for code in self.request.windows]

    @property
    def offer(self) -> Offer | None:
        """What the patient can accept now: a hold that has passed counts as gone at once."""
        return next((o for o in self.offers if o.outcome is None and not _is_past(o)), None)

    @property
    def seconds_left(self) -> int:
        """How long the offer is still held; 0 without one."""
        return int((self.offer.held_until - clock.now()).total_seconds()) if self.offer else 0

    @property
    def ends_soon(self) -> bool:
        return self.seconds_left <= WARNED_BEFORE

    @property
    def last_outcome(self) -> OfferOutcome | None:
        """How the last offer ended, for "none of these" and "nobody answered in time"."""
        if not self.offers:
            return None
        last = self.offers[-1]
        return OfferOutcome.LAPSED if last.outcome is None and _is_past(last) else last.outcome

    @property
    def is_open(self) -> bool:
        return self.end is None

    @property
    def ending(self) -> Ending | None:
        return self.end.ending if self.end else None


def _is_past(offer: Offer) -> bool:
    return offer.held_until <= clock.now()


async def open_requests_for(session: AsyncSession, actor: Actor) -> list[RequestState]:
    """What still waits for somebody, of the actor's patients, the oldest first."""
    query = _open(select(BookingRequest)).where(is_visible(actor, BookingRequest.patient_id))
    found = await session.exec(query.order_by(col(BookingRequest.requested_at)))
    return await _states(session, found.all())


async def count_open_requests_for(session: AsyncSession, actor: Actor) -> int:
    query = _open(select(func.count(col(BookingRequest.id))))
    return (await session.exec(query.where(is_visible(actor, BookingRequest.patient_id)))).one()


async def requests_of(session: AsyncSession, patient_id: UUID) -> list[RequestState]:
    """All requests of a patient, the newest first."""
    found = await session.exec(
        select(BookingRequest)
        .where(col(BookingRequest.patient_id) == patient_id)
        .order_by(col(BookingRequest.requested_at).desc())
    )
    return await _states(session, found.all())


async def request_for(session: AsyncSession, actor: Actor, request_id: UUID) -> RequestState:
    """The request, found through the actor; raises NotFound."""
    found = await session.exec(
        select(BookingRequest).where(
            col(BookingRequest.id) == request_id, is_visible(actor, BookingRequest.patient_id)
        )
    )
    states = await _states(session, found.all())
    if not states:
        raise NotFound
    return states[0]


def _open(query: SelectOfScalar[T]) -> SelectOfScalar[T]:
    ended = select(RequestEnd.request_id).where(
        col(RequestEnd.request_id) == col(BookingRequest.id)
    )
    return query.where(~ended.exists())


async def _states(session: AsyncSession, requests: Sequence[BookingRequest]) -> list[RequestState]:
    ids = [request.id for request in requests]
    offers = await _offers(session, ids)
    ends = await _ends(session, ids)
    slots = await _held(session, offers)
    cautions = await _cautions(session, requests)
    people = await named(
        session,
        [
            *(request.patient_id for request in requests),
            *(end.by_id for end in ends.values()),
            *(slot.nurse_id for slot in slots),
        ],
    )
    return [
        _state(
            session,
            request,
            tuple(offer for offer in offers if offer.request_id == request.id),
            slots,
            ends.get(request.id),
            people,
            cautions[request.patient_id],
        )
        for request in requests
    ]


def _state(
    session: AsyncSession,
    request: BookingRequest,
    offers: tuple[Offer, ...],
    slots: Iterable[Slot],
    end: RequestEnd | None,
    people: dict[UUID, Named],
    cautions: frozenset[Caution],
) -> RequestState:
    own = {offer.id for offer in offers}
    return RequestState(
        request=request,
        details=details_of(session, request),
        patient=people[request.patient_id],
        cautions=cautions,
        offers=offers,
        choices=tuple(Choice(s, people[s.nurse_id]) for s in slots if s.offer_id in own),
        end=end,
        end_by=people.get(end.by_id) if end else None,
        reason=_reason(session, request, end),
    )


def _reason(session: AsyncSession, request: BookingRequest, end: RequestEnd | None) -> str | None:
    if end is None or end.reason is None:
        return None
    return unseal_words(session, end.reason, "booking_request_end", request.id, request.patient_id)


async def _cautions(
    session: AsyncSession, requests: Sequence[BookingRequest]
) -> dict[UUID, frozenset[Caution]]:
    ids = {request.patient_id for request in requests}
    found = await session.exec(select(Patient).where(col(Patient.id).in_(ids)))
    return {patient.id: patient.caution_set() for patient in found.all()}


async def _offers(session: AsyncSession, request_ids: Sequence[UUID]) -> Sequence[Offer]:
    found = await session.exec(
        select(Offer).where(col(Offer.request_id).in_(request_ids)).order_by(col(Offer.offered_at))
    )
    return found.all()


async def _ends(session: AsyncSession, request_ids: Sequence[UUID]) -> dict[UUID, RequestEnd]:
    found = await session.exec(
        select(RequestEnd).where(col(RequestEnd.request_id).in_(request_ids))
    )
    return {end.request_id: end for end in found.all()}


async def _held(session: AsyncSession, offers: Iterable[Offer]) -> Sequence[Slot]:
    open_ids = [o.id for o in offers if o.outcome is None and not _is_past(o)]
    found = await session.exec(
        select(Slot).where(col(Slot.offer_id).in_(open_ids)).order_by(col(Slot.starts_at))
    )
    return found.all()
