"""Every table, for the migrations only."""

from importlib import import_module
from importlib.util import find_spec

from sqlmodel import SQLModel

SLICES = (
    "people",
    "audit",
    "accounts",
    "treatments",
    "flags",
    "check_ins",
    "conversations",
    "bookings",
)

for name in SLICES:
    if find_spec(f"portal.{name}") and find_spec(f"portal.{name}.models"):
        import_module(f"portal.{name}.models")
import_module("portal.people.membership")

metadata = SQLModel.metadata
