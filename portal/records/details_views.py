"""A patient's details: staff fill in what an invitation leaves open."""

from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.audit.actions import record
from portal.audit.queries import entries_about
from portal.db import UnitOfWork
from portal.people.access import patient_for
from portal.people.actions import Details, DetailsChanged, details_of, set_details
from portal.people.models import Patient
from portal.people.queries import Named, name_of, named
from portal.permissions import Permission
from portal.records.details_form import FIELDS, typed_details
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page
from portal.web.times import when

ENTRIES_READ = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    patient: Patient
    person: Named
    held: Details


async def details_page(request: Request) -> Response:
    return await _show(request)


async def save_details(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with work(request) as unit:
            sheet = await _sheet(unit, request)
            today = clock.now().astimezone(ZoneInfo(sheet.person.time_zone)).date()
            details = typed_details(form, today)
            if not form.errors:
                await _save(unit, sheet.patient, details, form.raw("seen"))
    except DetailsChanged as changed:
        return await _show(request, form, changed.status, overtaken=True)
    if form.errors:
        return await _show(request, form, 422)
    words = "Details are saved."
    if sheet.patient.supervised_for(today) and sheet.patient.supervisor_id is None:
        words += " Name a supervising clinician before any dose."
    return see_other(f"/patients/{sheet.patient.id}", words)


async def _save(unit: UnitOfWork, patient: Patient, details: Details, seen: str) -> None:
    changed = await set_details(unit, patient, details, seen)
    if changed:
        record(unit, "details:set", patient_id=patient.id, detail={"fields": changed})


async def _sheet(unit: UnitOfWork, request: Request) -> Sheet:
    session = unit.session
    patient = await patient_for(session, actor_of(request), path_id(request, "patient_id"))
    return Sheet(patient, await name_of(session, patient.id), details_of(patient))


async def _overtaken_by(unit: UnitOfWork, patient: Patient, zone: ZoneInfo) -> str:
    """The sentence for whoever comes second, from the trail: details carry no author."""
    entries = await entries_about(unit.session, patient.id, ENTRIES_READ)
    first = next((entry for entry in entries if entry.tag == "details:set"), None)
    names = await named(unit.session, [first.actor_id]) if first else {}
    if first is None or first.actor_id not in names:
        return "Somebody saved other details first. What you typed is still here."
    who, at = names[first.actor_id].name, when(first.at, zone)
    return (
        f"{who} saved other details first, {at}. What you typed is still here. "
        "Compare it with what is saved now before you save."
    )


async def _show(
    request: Request, form: Form | None = None, status: int = 200, *, overtaken: bool = False
) -> Response:
    """The form as things are now, with what was typed and what is wrong with it."""
    zone, problem = ZoneInfo(actor_of(request).time_zone), None
    async with work(request) as unit:
        sheet = await _sheet(unit, request)
        if overtaken:
            problem = await _overtaken_by(unit, sheet.patient, zone)
        record(unit, "details:open", patient_id=sheet.patient.id)
    return await page(
        request,
        "records/details.html",
        status,
        sheet=sheet,
        typed=_typed(form, sheet.held),
        seen=form.raw("seen") if form and not overtaken else sheet.held.mark,
        errors=form.errors if form else {},
        problem=problem,
    )


def _typed(form: Form | None, held: Details) -> dict[str, str]:
    if form is not None:
        return {name: form.raw(name) for name in FIELDS}
    return {name: str(value or "") for name, value in asdict(held).items()}


routes = [
    get("/patients/{patient_id}/details", details_page, allow=Permission.DETAILS_WRITE),
    post("/patients/{patient_id}/details", save_details, allow=Permission.DETAILS_WRITE),
]
