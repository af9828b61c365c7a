"""What staff fill in about a patient: how to reach them, and who is with them."""

from datetime import date

from portal.people.actions import Details
from portal.web.forms import PHONE_ASKED, Form, is_phone

OLDEST = 120
LONGEST = {
    "condition": 120,
    "phone": 40,
    "address": 200,
    "companion_name": 80,
    "companion_phone": 40,
    "companion_email": 254,
}
FIELDS = ("born_on", *LONGEST, "companion_may_hear")


def typed_details(form: Form, today: date) -> Details:
    """Nothing is required: a record is filled in as it becomes known. Errors are in the form."""
    born_on = _born_on(form, today)
    texts = {name: form.text(name, longest=longest) for name, longest in LONGEST.items()}
    for name in ("phone", "companion_phone"):
        if texts[name] and name not in form.errors and not is_phone(texts[name]):
            form.errors[name] = PHONE_ASKED
    if texts["companion_phone"] and not texts["companion_name"]:
        form.errors["companion_name"] = "Say whose number this is."
    may_hear = form.flag("companion_may_hear")
    _check_email(form, texts["companion_email"], may_hear)
    return Details(born_on=born_on, companion_may_hear=may_hear, **texts)


def _check_email(form: Form, email: str, may_hear: bool) -> None:
    name, _, host = email.partition("@")
    if email and not (name and host and email.isprintable() and " " not in email):
        form.errors["companion_email"] = "Write it like somebody@example.org."
    elif may_hear and not email:
        form.errors["companion_email"] = "Add their e-mail, or take the tick away."


def _born_on(form: Form, today: date) -> date | None:
    text = form.raw("born_on").strip()
    if not text:
        return None
    try:
        born = date.fromisoformat(text)
    except ValueError:
        form.errors["born_on"] = "Enter the birth date as a day, a month and a year."
        return None
    if born > today:
        form.errors["born_on"] = "This day is still to come. Check the birth date."
    elif today.year - born.year > OLDEST:
        form.errors["born_on"] = f"This is more than {OLDEST} years ago. Check the year."
    return born
