"""Staff's pages about patients: the list, one record, and its cautions."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from portal.audit.actions import record as audit
from portal.db import UnitOfWork
from portal.people.access import patient_for
from portal.people.actions import set_cautions
from portal.people.models import Caution, Patient
from portal.people.queries import practitioners_of
from portal.permissions import Actor, Permission, Role
from portal.records.forms import TypedCautions, typed_cautions
from portal.records.record import Record, record_of
from portal.records.roster import rows_for
from portal.web.forms import Form, form_of
from portal.web.limits import SEARCHES
from portal.web.requests import actor_of, path_id, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page

LONGEST_SEARCH = 80


async def list_patients(request: Request) -> Response:
    return await _list(request, "")


async def find_patients(request: Request) -> Response:
    """A post, because a patient's name has no place in an address."""
    form = await form_of(request)
    return await _list(request, form.text("name", longest=LONGEST_SEARCH)[:LONGEST_SEARCH])


async def _list(request: Request, name: str) -> Response:
    async with work(request) as unit:
        rows = await rows_for(unit.session, actor_of(request), name)
        for row in rows:
            audit(unit, "record:list", patient_id=row.patient.id)
    return await page(request, "records/list.html", rows=rows, searched=name)


async def show_record(request: Request) -> Response:
    async with work(request) as unit:
        patient = await _patient(unit, request)
        record = await record_of(unit, patient)
        audit(unit, "record:open", patient_id=patient.id)
    return await _page(request, record)


async def save_cautions(request: Request) -> Response:
    form = await form_of(request)
    async with work(request) as unit:
        patient = await _patient(unit, request)
        typed = typed_cautions(form, await _clinicians(unit, patient))
        if not form.errors:
            await set_cautions(unit, patient, set(typed.cautions), typed.supervisor_id)
            codes = sorted(caution.value for caution in typed.cautions)
            audit(unit, "cautions:set", patient_id=patient.id, detail={"cautions": codes})
    if form.errors:
        return await _again(request, patient, form, typed)
    return see_other(f"/patients/{patient.id}", "Cautions are saved.")


async def _patient(unit: UnitOfWork, request: Request) -> Patient:
    return await patient_for(unit.session, actor_of(request), path_id(request, "patient_id"))


async def _clinicians(unit: UnitOfWork, patient: Patient) -> set[UUID]:
    team = await practitioners_of(unit.session, patient)
    return {member.id for member in team if member.role is Role.CLINICIAN}


async def _again(
    request: Request, patient: Patient, form: Form, cautions: TypedCautions
) -> Response:
    """The record with what was typed and what is missing, read in a transaction of its own."""
    async with work(request) as unit:
        record = await record_of(unit, patient)
        audit(unit, "record:open", patient_id=patient.id)
    return await _page(request, record, status=422, errors=form.errors, cautions=cautions)


async def _page(
    request: Request,
    record: Record,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    cautions: TypedCautions | None = None,
) -> Response:
    held = cautions or TypedCautions(record.patient.caution_set(), record.patient.supervisor_id)
    return await page(
        request,
        "records/record.html",
        status,
        record=record,
        errors=errors or {},
        cautions=held.cautions,
        caution_options=list(Caution),
        supervisor=str(held.supervisor_id or ""),
        supervisor_options=_supervisors(record),
        **_allowed(actor_of(request)),
    )


def _allowed(actor: Actor) -> dict[str, bool]:
    return {
        "may_dose": actor.may(Permission.DOSE_RECORD),
        "may_write": actor.may(Permission.RECORD_WRITE),
    }


def _supervisors(record: Record) -> list[tuple[str, str]]:
    return [("", "Nobody"), *((str(one.id), one.name) for one in record.clinicians)]


READ, WRITE = Permission.RECORD_READ, Permission.RECORD_WRITE
routes = [
    get("/patients", list_patients, allow=READ),
    post("/patients", find_patients, allow=READ, pace=SEARCHES),
    get("/patients/{patient_id}", show_record, allow=READ),
    post("/patients/{patient_id}/cautions", save_cautions, allow=WRITE),
]
