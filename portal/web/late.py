"""A form that comes too late, or too soon: nothing is done, and nothing typed is lost."""

import re

from starlette.datastructures import URL, FormData
from starlette.requests import Request
from starlette.responses import Response

from portal.errors import PortalError
from portal.web.forms import clean, form_data
from portal.web.requests import is_htmx
from portal.web.state import state_of
from portal.web.templates import fragment, page

UNWRITTEN = {"csrf", "client_id"}
# Fields that people write in freely: one plain word counts there too.
WRITTEN = {
    "address",
    "body",
    "companion_name",
    "companion_phone",
    "condition",
    "goal",
    "name",
    "note",
    "phone",
    "place",
    "reason",
    "words",
}
_CODE = re.compile(r"[a-z0-9_:.+@-]*", re.ASCII)


async def give_words_back(request: Request, status: int = 401) -> Response:
    """The posted words, shown to their writer alone, with the way back to the form's page.

    401: the sign-in had ended; 403: the form is from an earlier sign-in.
    """
    words = await _words_of(request)
    context = {"words": words, "back": page_of_form(request), "is_signed_in": status == 403}
    if not is_htmx(request):
        return await page(request, "errors/signed_out.html", status, **context)
    response = fragment(request, "errors/_signed_out.html", status, **context)
    # Whatever small part the form was to change, this takes the place of the page.
    response.headers.update({"HX-Retarget": "#main", "HX-Reswap": "innerHTML"})
    return response


async def too_fast(request: Request, sentence: str) -> Response:
    """The same for a form that followed too many others."""
    words, back = await _words_of(request), page_of_form(request)
    return await page(
        request, "errors/too_fast.html", 429, sentence=sentence, words=words, back=back
    )


async def _words_of(request: Request) -> list[str]:
    try:
        return words_in(await form_data(request))
    except PortalError:  # what cannot be read, or is too big, as files of nobody are
        return []


def words_in(data: FormData) -> list[str]:
    """What somebody wrote, in the form's order; picked answers and ids are no words."""
    return [
        clean(value)
        for name, value in data.multi_items()
        if isinstance(value, str) and value.strip() and _is_written(name, value)
    ]


def _is_written(name: str, value: str) -> bool:
    if name in UNWRITTEN:
        return False
    return name in WRITTEN or not _CODE.fullmatch(value.strip())


def page_of_form(request: Request) -> str:
    """The page the form stood on, when it is one of ours."""
    referer = request.headers.get("referer", "")
    origin = state_of(request).settings.origin
    return local(URL(referer)) if referer.startswith(f"{origin}/") else "/"


def local(url: URL) -> str:
    return f"{url.path}?{url.query}" if url.query else url.path
