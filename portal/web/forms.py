"""Reading a posted form: every value is bounded, and what is wrong is said in a sentence."""

from collections.abc import Iterable
from uuid import UUID

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from portal.errors import Invalid
from portal.languages import N_, _
from portal.web.uploads import takes_files, upload_data

MOST_FIELDS = 100
LONGEST_FIELD = 128 * 1024
FEWEST_DIGITS = 7
PHONE_SIGNS = frozenset("0123456789+-()./ ")
PHONE_ASKED = N_("Check this number. Use 7 digits or more, and no words.")


async def form_data(request: Request) -> FormData:
    """The parsed form, read once per request; what is no form counts as an empty one."""
    if takes_files(request):
        return await upload_data(request)
    try:
        return await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    except HTTPException as error:
        raise Invalid(N_("This form could not be read. Go back and try again.")) from error


async def form_of(request: Request) -> "Form":
    return Form(await form_data(request))


def is_phone(text: str) -> bool:
    return set(text) <= PHONE_SIGNS and sum(sign.isdigit() for sign in text) >= FEWEST_DIGITS


class Form:
    """Typed access to fields. `errors` maps a field's name to the sentence shown beside it."""

    def __init__(self, data: FormData) -> None:
        self.data = data
        self.errors: dict[str, str] = {}

    def raw(self, name: str) -> str:
        value = self.data.get(name, "")
        return clean(value) if isinstance(value, str) else ""

    def text(self, name: str, *, longest: int, required: str | None = None) -> str:
        """A trimmed text; `required` is the sentence for when it is missing."""
        value = self.raw(name).strip()
        if not value and required:
            self.errors[name] = required
        if len(value) > longest:
            self.errors[name] = _("Use %(most)s characters or fewer.", most=f"{longest:,}")
        return value

    def choice(self, name: str, options: Iterable[str], required: str) -> str:
        """One of `options`, or "" with the sentence in `errors`."""
        value = self.raw(name)
        if value in set(options):
            return value
        self.errors[name] = required
        return ""

    def many(self, name: str, options: Iterable[str], unknown: str | None = None) -> list[str]:
        """The ticked values that are options, each once, in the order given; `unknown` is the
        sentence for when others are among them."""
        allowed = set(options)
        ticked = [value for value in self.data.getlist(name) if isinstance(value, str)]
        if unknown and not allowed.issuperset(ticked):
            self.errors[name] = unknown
        return list(dict.fromkeys(value for value in ticked if value in allowed))

    def uuid(self, name: str) -> UUID | None:
        try:
            return UUID(self.raw(name))
        except ValueError:
            return None

    def flag(self, name: str) -> bool:
        return bool(self.raw(name))


def clean(text: str) -> str:
    """Without NUL and lone surrogates, which the databases refuse, and with plain line ends."""
    kept = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return kept.encode("utf-8", "ignore").decode("utf-8")
