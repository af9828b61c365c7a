"""The demo's people, plans and doses, as rows."""

from datetime import date, timedelta
from uuid import UUID

from portal.db import UnitOfWork
from portal.demo.cast import OTHER_TEAM, STAFF, STORIES, TEAM, Story
from portal.demo.courses import DoseAt, course_of
from portal.demo.stage import Stage
from portal.ids import new_id
from portal.people.actions import join_care_team
from portal.people.models import CareTeam, Patient, Person, Practitioner
from portal.permissions import Role
from portal.sealing import seal
from portal.treatments.models import Dose, Route, TreatmentPlan

YEAR = 365.25
PHONE = "555 010 01{:02}"
"""Numbers from 555 010 0100 to 0199 are set aside for stories and ring nowhere."""


async def set_people(stage: Stage, work: UnitOfWork) -> None:
    teams = {name: CareTeam(id=new_id(), name=name) for name in (TEAM, OTHER_TEAM)}
    await stage.add(teams.values())
    await stage.add(_persons(stage))
    await stage.add(Practitioner(id=stage.ids[member.key], title=member.name) for member in STAFF)
    for member in STAFF:
        if member.team is not None:
            await join_care_team(work, stage.ids[member.key], teams[member.team].id)
    for number, story in enumerate(STORIES):
        stage.patients[story.letter] = _patient(stage, story, teams[story.team].id, number)
    await stage.add(stage.patients.values())


async def set_treatments(stage: Stage) -> None:
    plans = [_plan(stage, story) for story in STORIES]
    await stage.add(plans)
    for story, plan in zip(STORIES, plans, strict=True):
        course = course_of(story, stage.now, stage.zone, stage.seed)
        stage.courses[story.letter] = course
        stage.doses[story.letter] = [_dose(stage, story, plan, given) for given in course.doses]
    await stage.add(dose for doses in stage.doses.values() for dose in doses)


def _persons(stage: Stage) -> list[Person]:
    since = stage.now - timedelta(days=200)
    cast = [(member.key, member.name, member.role) for member in STAFF]
    cast += [(story.key, story.name, Role.PATIENT) for story in STORIES]
    for key, _, _ in cast:
        stage.ids[key] = new_id()
    return [
        Person(id=stage.ids[key], name=name, role=role, time_zone=stage.zone.key, created_at=since)
        for key, name, role in cast
    ]


def _patient(stage: Stage, story: Story, team_id: UUID, number: int) -> Patient:
    supervised = any(caution.needs_supervision for caution in story.cautions)
    return Patient(
        id=stage.patient_id(story),
        care_team_id=team_id,
        born_on=_born_on(stage, story),
        condition=story.condition,
        phone=PHONE.format(10 + number),
        address=f"{12 + 7 * number} Sample Street, apartment {1 + number % 9}",
        companion_name=story.companion,
        companion_phone=PHONE.format(50 + number),
        cautions=sorted(caution.value for caution in story.cautions),
        supervisor_id=stage.ids["day-doctor"] if supervised else None,
    )


def _born_on(stage: Stage, story: Story) -> date:
    return (stage.now - timedelta(days=story.age * YEAR + 120)).date()


def _plan(stage: Stage, story: Story) -> TreatmentPlan:
    id, patient_id = new_id(), stage.patient_id(story)
    signed_at = stage.now - timedelta(days=story.started_days_ago + 3)
    return TreatmentPlan(
        id=id,
        patient_id=patient_id,
        route=story.route,
        condition=story.condition,
        goal=seal(stage.session, story.goal, "treatment_plan", id, patient_id),
        steps_total=4,
        doses_planned=story.planned,
        prescribed_by=_doctor(stage, story),
        prescription_valid_until=(stage.now + timedelta(days=80)).date(),
        version=1,
        state=story.plan_state,
        signed_at=signed_at,
    )


def _dose(stage: Stage, story: Story, plan: TreatmentPlan, given: DoseAt) -> Dose:
    is_own = story.route is Route.LOZENGE
    giver = story.key if is_own else stage.nurse_on_duty(story, given.ended_at)
    return Dose(
        patient_id=plan.patient_id,
        plan_id=plan.id,
        number=given.number,
        step=given.step,
        route=story.route,
        ended_at=given.ended_at,
        given_by=stage.ids[giver],
        adult_present=True,
        recorded_at=given.ended_at + timedelta(minutes=4),
    )


def _doctor(stage: Stage, story: Story) -> UUID:
    return stage.ids["day-doctor" if story.team == TEAM else "other-doctor"]
