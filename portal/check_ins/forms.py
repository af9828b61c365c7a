"""Reading one posted page into answers. What is wrong is said in a sentence; no database."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.check_ins.answers import Answer
from portal.check_ins.own_words import note_answers
from portal.check_ins.questionnaires import NONE, WEEKDAYS, Page, PageForm
from portal.languages import N_, _
from portal.web.forms import Form

Found = dict[str, Answer | None]

SKIPPED = "skipped"
# The page showed an answer that was given before.
ANSWERED = "answered"
PAIN = tuple(str(number) for number in range(11))
LONGEST_NOTE = 8_000
UPPER = range(50, 301)
LOWER = range(20, 201)
# A page opened just before midnight is answered just after it.
MIDNIGHT_GRACE = timedelta(minutes=10)

TAP_ONE = N_("Tap one of the answers.")
TWO_ANSWERS = N_("We got two answers. Tap the right one.")
TICK_OR_NONE = N_("Tick what fits, then press Continue. Or press None of these.")
UPPER_WRONG = N_("Write the upper number as on the screen, from %(least)s to %(most)s.")
LOWER_WRONG = N_("Write the lower number as on the screen, from %(least)s to %(most)s.")
BOTH = N_("You ticked something and pressed None of these. Which one is right?")


def read_page(page: Page, form: Form, now: datetime, zone: ZoneInfo) -> Found:
    """The answers on this page by name; None takes an answer back. Sentences are in form.errors."""
    given = set(form.data.getlist("answer"))
    if page.skip and form.flag("skip") and not given:
        return {page.id: SKIPPED}
    if page.form is PageForm.CHECKS:
        return _ticks(page, form)
    if page.form is PageForm.LAST:
        return _last(form)
    if len(given) > 1:
        form.errors["answer"] = TWO_ANSWERS
        return {}
    if page.form is PageForm.PAIN:
        tapped = form.choice("answer", PAIN, TAP_ONE)
        return {page.id: int(tapped)} if tapped else {}
    return _tapped(page, form, now, zone)


def ask_if_denied(page: Page, form: Form, so_far: Answer | None, found: Found) -> None:
    """A page that was opened before somebody answered it elsewhere (another device, another tab)
    takes no answer back without a word: a milder one is asked again, with a sentence in
    form.errors. Whoever saw the answer may change it."""
    if so_far is None or form.flag(ANSWERED) or form.errors:
        return
    if _weight(page, found.get(page.id)) < _weight(page, so_far):
        name = page.id if page.form is PageForm.CHECKS else "answer"
        form.errors[name] = BOTH if page.form is PageForm.CHECKS else TWO_ANSWERS


def _weight(page: Page, answer: Answer | None) -> int:
    """Ticking counts more than None of these, an answer more than skipping."""
    if isinstance(answer, tuple):
        return int(bool(answer))
    if isinstance(answer, int):
        return answer
    choice = page.by_value.get(str(answer))
    return choice.grade if choice else -1


def _tapped(page: Page, form: Form, now: datetime, zone: ZoneInfo) -> Found:
    tapped = form.choice("answer", page.by_value, TAP_ONE)
    if not tapped:
        return {}
    found: Found = {page.id: page.by_value[tapped].value}
    if page.form is PageForm.WEEKDAY:
        found["weekday_wrong"] = "no" if tapped in _days(now, zone) else "yes"
    return found


def _days(now: datetime, zone: ZoneInfo) -> set[str]:
    moments = (now, now - MIDNIGHT_GRACE)
    return {WEEKDAYS[moment.astimezone(zone).weekday()] for moment in moments}


def _ticks(page: Page, form: Form) -> Found:
    ticked = tuple(form.many("answer", page.by_value))
    if ticked and form.flag(NONE):
        form.errors[page.id] = BOTH
    elif not ticked and not form.flag(NONE):
        form.errors[page.id] = TICK_OR_NONE
    return {page.id: ticked}


def _last(form: Form) -> Found:
    note = form.text("note", longest=LONGEST_NOTE)
    upper = _pressure(form, "systolic", UPPER)
    lower = _pressure(form, "diastolic", LOWER)
    if upper is not None and lower is not None and lower >= upper:
        form.errors["systolic"] = N_("The upper number is the larger one. Look again, please.")
    return {**note_answers(note), "systolic": upper, "diastolic": lower}


def _pressure(form: Form, name: str, allowed: range) -> int | None:
    text = form.text(name, longest=6)
    if not text:
        return None
    if text.isascii() and text.isdigit() and int(text) in allowed:
        return int(text)
    wrong = UPPER_WRONG if name == "systolic" else LOWER_WRONG
    form.errors[name] = _(wrong, least=allowed[0], most=allowed[-1])
    return None
