"""What sign-in decides without asking anybody."""

from typing import Any

import pytest

from portal.accounts.rules import browser_name, is_subject, local_path, role_from
from portal.permissions import Role

TRICKS = [
    "https://evil.test/",
    "//evil.test/",
    "///evil.test/",
    "/\\evil.test/",
    "\\\\evil.test/",
    "/\t/evil.test/",
    "/\n/evil.test/",
    "\t//evil.test/",
    " //evil.test/",
    "/ /evil.test/",
    "javascript:alert(1)",
    "data:text/html,hello",
    "evil.test",
    "@evil.test",
    "/%5cevil.test/",
    "/%2f%2fevil.test/",
    "/%09/evil.test/",
    "/.//evil.test/",
    "/../../evil.test/",
    "/%2e%2e//evil.test/",
    "/messages#//evil.test/",
    "/messages\r\nSet-Cookie: a=b",
    "/" + "a" * 3000,
    "/mess\u0430ges",
    "/\u2215evil.test",
    "?next=//evil.test/",
    "/sign-in?next=/sign-in",
    "/auth/callback?code=x",
    "/invitations/abc",
    "",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_what_is_not_plainly_a_page_of_ours_leads_to_the_first_page(trick: str) -> None:
    assert local_path(trick) == "/"


@pytest.mark.parametrize(
    "path", ["/", "/messages", "/triage?view=open&row=1", "/check-ins/018f-1/vomiting?from=a%20b"]
)
def test_a_page_of_ours_is_kept(path: str) -> None:
    assert local_path(path) == path


def test_no_path_at_all_leads_to_the_first_page() -> None:
    assert local_path(None) == "/"


ROLES = {"ward-3": "nurse", "doctors": "clinician", "it": "admin"}


@pytest.mark.parametrize(
    ("value", "role"),
    [
        (["ward-3"], Role.NURSE),
        (["unknown", "ward-3"], Role.NURSE),
        (["it", "doctors"], Role.CLINICIAN),
        (["it", "ward-3"], Role.NURSE),
    ],
)
def test_the_first_match_in_the_order_of_the_setting_is_the_role(
    value: list[str], role: Role
) -> None:
    assert role_from({"roles": value}, "roles", ROLES) is role


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"roles": None},
        {"roles": "ward-3"},
        {"roles": "ward-3 it"},
        {"roles": {"ward-3": True}},
        {"roles": [["ward-3"]]},
        {"roles": ["ward-3", 7]},
        {"roles": ["Ward-3"]},
        {"roles": [" ward-3"]},
        {"roles": ["ward-3\x00"]},
        {"roles": ["nurse"]},
        {"roles": []},
        {"role": ["ward-3"]},
        {"Roles": ["ward-3"]},
        {"realm_access": {"roles": ["ward-3"]}},
    ],
)
def test_any_other_shape_gives_no_role(claims: dict[str, Any]) -> None:
    assert role_from(claims, "roles", ROLES) is None


def test_without_the_setting_no_claim_gives_a_role() -> None:
    assert role_from({"roles": ["ward-3"], "": ["it"]}, None, ROLES) is None


@pytest.mark.parametrize("subject", ["1", "a" * 255, "auth0|5f7c", "zo\u00eb"])
def test_a_subject_may_be_any_short_text(subject: str) -> None:
    assert is_subject(subject)


@pytest.mark.parametrize("subject", ["", "a" * 256, "a\x00", "a\nb", "\ud800", 7, None, ["a"]])
def test_what_cannot_be_stored_or_shown_is_no_subject(subject: object) -> None:
    assert not is_subject(subject)


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0.0.0 Safari/537.36 Edg/156.0"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (IPHONE, "Safari on iPhone"),
        (WINDOWS, "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Firefox/150.0", "Firefox on Linux"),
        ("<script>alert(1)</script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_words_of_ours(agent: str, name: str) -> None:
    assert browser_name(agent) == name
