"""The demo's requests in each state, and the visits that came of them, past and to come."""

from datetime import datetime, timedelta
from uuid import UUID

from portal.bookings.details import Details, seal_details
from portal.bookings.kinds import Health, Kind, Window
from portal.bookings.models import (
    Appointment,
    BookingRequest,
    Cancellation,
    Ending,
    Offer,
    OfferOutcome,
    RequestEnd,
    Slot,
    SlotState,
)
from portal.db import clinic_of
from portal.demo.cast import STORIES, TEAM, Story
from portal.demo.stage import Stage
from portal.demo.wishes import BOOKED, WISHES, Booked, Wish
from portal.ids import new_id
from portal.sealing import seal
from portal.treatments.models import Route

HOLD = timedelta(minutes=10)
BY_LETTER = {story.letter: story for story in STORIES}


async def set_visits(stage: Stage) -> None:
    diary = _Diary(stage)
    for wish in WISHES:
        diary.wish(wish)
    for story in STORIES:
        diary.doses_given(story)
    for booked in BOOKED:
        diary.booked(booked)
    for rows in (
        diary.requests, diary.offers, diary.slots, diary.appointments, diary.ends, diary.gone
    ):  # fmt: skip
        await stage.add(rows)


class _Diary:
    """Gathers rows table by table, and keeps each nurse's and patient's times apart."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.taken: list[tuple[UUID, UUID, datetime, datetime]] = []
        self.requests: list[BookingRequest] = []
        self.offers: list[Offer] = []
        self.slots: list[Slot] = []
        self.appointments: list[Appointment] = []
        self.ends: list[RequestEnd] = []
        self.gone: list[Cancellation] = []

    def wish(self, wish: Wish) -> None:
        story, at = BY_LETTER[wish.letter], self.stage.ago(wish.wait)
        request = self._request(story, wish.kind, at, wish.words, self._windows(wish), wish.health)
        if wish.held:
            self._held(story, request)
        if wish.offered is not None:
            offer = self._offer(story, request, at + timedelta(minutes=50), wish.offered)
            self._slot(story, offer, self.stage.local(3, 12), wish.kind.length, SlotState.FREE)
        if wish.ending is not None:
            by = self.stage.ids["coordinator" if wish.reason else story.key]
            self._end(request, wish.ending, by, at + timedelta(minutes=75), wish.reason)

    def doses_given(self, story: Story) -> None:
        """Infusions and injections of the last weeks were visits; lozenges are taken alone."""
        if story.route is Route.LOZENGE:
            return
        for dose in self.stage.doses[story.letter]:
            starts_at = dose.ended_at - timedelta(minutes=90)
            if dose.ended_at > self.stage.now - timedelta(days=45):
                nurse = "day-nurse" if story.team == TEAM else "other-nurse"
                self._visit(story, Kind.INFUSION_VISIT, starts_at, nurse)

    def booked(self, booked: Booked) -> None:
        story = BY_LETTER[booked.letter]
        starts_at = self.stage.local(self._open_day(booked.day), booked.hour, booked.minute)
        visit = self._visit(story, booked.kind, starts_at, booked.nurse, booked.words)
        if visit is None or not booked.cancelled:
            return
        reason = seal(
            self.stage.session, booked.cancelled,
            "appointment_cancellation", visit.id, visit.patient_id,
        )  # fmt: skip
        self.slots[-1].state = SlotState.FREE
        by_id = self.stage.patient_id(story)
        at = self.stage.ago(400)
        self.gone.append(Cancellation(appointment_id=visit.id, by_id=by_id, reason=reason, at=at))

    def _open_day(self, days: int) -> int:
        """So many days from today, or the next one after it on which the clinic is open."""
        today = self.stage.now.astimezone(self.stage.zone).date()
        while not clinic_of(self.stage.session).works_on(today + timedelta(days=days)):
            days += 1
        return days

    def _visit(
        self, story: Story, kind: Kind, starts_at: datetime, nurse: str, words: str = ""
    ) -> Appointment | None:
        nurse_id, patient_id = self.stage.ids[nurse], self.stage.patient_id(story)
        ends_at = starts_at + kind.length
        if self._is_taken(nurse_id, patient_id, starts_at, ends_at):
            return None
        asked_at = min(starts_at, self.stage.now) - timedelta(days=5)
        request = self._request(story, kind, asked_at, words, [])
        offer = self._offer(story, request, asked_at + timedelta(hours=2), OfferOutcome.ACCEPTED)
        slot = self._slot(story, offer, starts_at, kind.length, SlotState.BOOKED, nurse)
        made_at = offer.offered_at + timedelta(minutes=6)
        self._end(request, Ending.ACCEPTED, patient_id, made_at)
        appointment = Appointment(
            id=new_id(), request_id=request.id, slot_id=slot.id, patient_id=patient_id,
            made_at=made_at,
        )  # fmt: skip
        self.appointments.append(appointment)
        return appointment

    def _is_taken(self, nurse: UUID, patient: UUID, start: datetime, end: datetime) -> bool:
        return any(
            start < other_end and other_start < end and (nurse == other or patient == another)
            for other, another, other_start, other_end in self.taken
        )

    def _held(self, story: Story, request: BookingRequest) -> None:
        """Offered a moment ago: two times to choose from while the hold lasts."""
        offer = self._offer(story, request, self.stage.ago(1), None)
        for day, hour in ((1, 17), (2, 9)):
            start = self.stage.local(self._open_day(day), hour)
            self._slot(story, offer, start, request.kind.length, SlotState.HELD)

    def _request(
        self,
        story: Story,
        kind: Kind,
        at: datetime,
        words: str,
        windows: list[str],
        health: tuple[Health, ...] = (),
    ) -> BookingRequest:
        id, patient = new_id(), self.stage.patients[story.letter]
        details = Details(words=words, phone=patient.phone, health=health)
        request = BookingRequest(
            id=id,
            patient_id=patient.id,
            kind=kind,
            windows=windows,
            details=seal_details(self.stage.session, details, id, patient.id),
            requested_at=at,
        )
        self.requests.append(request)
        return request

    def _windows(self, wish: Wish) -> list[str]:
        today = self.stage.now.astimezone(self.stage.zone).date()
        windows = [
            Window(today + timedelta(days=self._open_day(day)), part) for day, part in wish.windows
        ]
        return [window.code for window in dict.fromkeys(windows)]

    def _offer(
        self, story: Story, request: BookingRequest, at: datetime, outcome: OfferOutcome | None
    ) -> Offer:
        ended = None if outcome is None else at + timedelta(minutes=6)
        by_patient = outcome in {OfferOutcome.ACCEPTED, OfferOutcome.DECLINED}
        offer = Offer(
            id=new_id(),
            request_id=request.id,
            patient_id=request.patient_id,
            offered_by=self.stage.ids["coordinator" if story.team == TEAM else "other-nurse"],
            offered_at=at,
            held_until=at + HOLD,
            outcome=outcome,
            ended_at=ended,
            ended_by=request.patient_id if by_patient else None,
        )
        self.offers.append(offer)
        return offer

    def _slot(
        self,
        story: Story,
        offer: Offer,
        starts_at: datetime,
        length: timedelta,
        state: SlotState,
        nurse: str = "day-nurse",
    ) -> Slot:
        slot = Slot(
            id=new_id(),
            offer_id=offer.id,
            nurse_id=self.stage.ids[nurse],
            patient_id=offer.patient_id,
            starts_at=starts_at,
            ends_at=starts_at + length,
            zone=self.stage.zone.key,
            local_start=f"{starts_at.astimezone(self.stage.zone):%Y-%m-%dT%H:%M}",
            state=state,
        )
        self.slots.append(slot)
        if state is not SlotState.FREE:
            self.taken.append((slot.nurse_id, slot.patient_id, slot.starts_at, slot.ends_at))
        return slot

    def _end(
        self, request: BookingRequest, ending: Ending, by: UUID, at: datetime, reason: str = ""
    ) -> None:
        end = RequestEnd(request_id=request.id, ending=ending, by_id=by, at=at)
        if reason:
            bound = ("booking_request_end", request.id, request.patient_id)
            end.reason = seal(self.stage.session, reason, *bound)
        self.ends.append(end)
