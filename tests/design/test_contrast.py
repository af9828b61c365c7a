"""Every pair of colours that meets on a page, in both themes, at its least contrast.

Body text keeps 7, other text 4.5, edges of controls and graphics 3. axe cannot judge text in SVG
or under stretched links, so the tokens themselves are held to it.
"""

import pytest

from tests.design.stylesheets import colours, contrast

BODY, TEXT, EDGE = 7.0, 4.5, 3.0
PAIRS: list[tuple[str, str, float]] = [
    *(("text", ground, BODY) for ground in ("surface", "bg", "sunken", "raised", "tag")),
    *(("text", ground, BODY) for ground in ("accent-tint", "infusion-tint", "u1-tint")),
    ("bg", "text", BODY),
    *(("text-2", ground, BODY) for ground in ("surface", "bg")),
    *(("text-2", ground, TEXT) for ground in ("sunken", "raised", "tag", "accent-tint")),
    *(("text-2", ground, TEXT) for ground in ("infusion-tint", "u1-tint")),
    *(("text-3", ground, TEXT) for ground in ("surface", "bg", "sunken")),
    *(("border-strong", ground, EDGE) for ground in ("surface", "bg", "raised")),
    *(("accent", ground, TEXT) for ground in ("surface", "bg", "sunken", "accent-tint")),
    ("on-accent", "accent", TEXT),
    ("accent-hover", "surface", TEXT),
    ("on-accent-tint", "accent-tint", BODY),
    ("fill", "bg", EDGE),
    *(("on-fill", ground, TEXT) for ground in ("fill", "fill-hover")),
    ("on-accent-deep", "accent-deep", TEXT),
    *(("infusion", ground, TEXT) for ground in ("surface", "bg", "infusion-tint")),
    ("on-infusion", "infusion", TEXT),
    ("on-note", "note-tint", BODY),
    ("note-border", "note-tint", EDGE),
    *(("ok", ground, TEXT) for ground in ("surface", "ok-tint")),
    *(("focus", ground, EDGE) for ground in ("bg", "surface", "accent-tint", "sunken", "u1-tint")),
    *(("u1", ground, TEXT) for ground in ("surface", "bg", "u1-tint", "sunken")),
    ("on-urgent", "u1-fill", TEXT),
    *(("u2", ground, TEXT) for ground in ("surface", "bg", "u2-tint")),
    ("on-urgent", "u2-fill", TEXT),
    *(("u3", ground, TEXT) for ground in ("surface", "u3-tint")),
    *(("u4", ground, TEXT) for ground in ("surface", "bg")),
    ("text", "note-tint", BODY),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_two_colours_that_meet_can_be_told_apart(
    theme: str, front: str, ground: str, least: float
) -> None:
    which = ("light", "dark").index(theme)
    tokens = colours()
    assert contrast(tokens[front][which], tokens[ground][which]) >= least


def test_the_list_of_pairs_covers_every_colour_that_carries_meaning() -> None:
    assert len(PAIRS) >= 61
    tested = {name for front, ground, _ in PAIRS for name in (front, ground)}
    decoration = {"border", "sky", "sun"} | {f"halo-{n}" for n in (1, 2)}
    decoration |= {f"hill-{place}" for place in ("far", "middle", "near")}
    assert set(colours()) - tested - decoration == set()
