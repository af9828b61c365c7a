"""`portal rehearse`: months of a clinic in minutes, under its own rules, clocks and settings."""

import json
import logging
import os
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import structlog
import uvloop

from portal.check_ins.library import RULES, rules_for
from portal.check_ins.rules import RuleSet
from portal.cli.migrate import upgrade
from portal.cli.refusal import Refusal
from portal.settings import Clinic, clinic_from, rules_file_from

if TYPE_CHECKING:
    from portal.db import Database
    from portal.rehearsal.report import Report

MOST_DAYS, MOST_PATIENTS = 365, 500


def run(arguments: Namespace) -> int:
    _require("--days", arguments.days, MOST_DAYS)
    _require("--patients", arguments.patients, MOST_PATIENTS)
    # The clinic's hours, limits and zone count; its database and its folder are not touched.
    clinic = clinic_from(os.environ)
    rules = rules_for(clinic, rules_file_from(os.environ))
    # A rehearsal's own happenings are no news.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    report = uvloop.run(_rehearse(clinic, rules, arguments))
    if arguments.json:
        print(json.dumps(report.as_dict(), indent=1))
    else:
        print("\n".join(report.lines()))
    return 0 if report.is_safe else 1


async def _rehearse(clinic: Clinic, rules: RuleSet, arguments: Namespace) -> "Report":
    from portal.rehearsal.rehearsal import rehearse

    size = arguments.days, arguments.patients, arguments.seed
    async with empty_database(clinic, rules) as database:
        return await rehearse(database, clinic, *size, tell=_tell)


def _tell(line: str) -> None:
    """How far it has come; the report alone goes to standard output."""
    print(line, file=sys.stderr, flush=True)


@asynccontextmanager
async def empty_database(clinic: Clinic, rules: RuleSet = RULES) -> AsyncIterator["Database"]:
    """A SQLite file of its own, gone afterwards."""
    from portal.rehearsal.throwaway import throwaway

    with TemporaryDirectory(prefix="rehearsal-") as folder:
        path = Path(folder) / "rehearsal.db"
        await upgrade(f"sqlite:///{path}")
        async with throwaway(path, clinic, rules) as database:
            yield database


def _require(name: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise Refusal(f"{name} must be from 1 to {most}", 2)
