"""`portal rehearse`: months of a clinic in minutes, under its own rules, clocks and settings."""

import logging
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import structlog
import uvloop

from portal.check_ins.library import RULES, rules_for
from portal.check_ins.rules import RuleSet
from portal.cli.migrate import upgrade
from portal.cli.refusal import Refusal
from portal.db import Database
from portal.sealing import Vault
from portal.settings import Clinic, Settings

if TYPE_CHECKING:
    from portal.rehearsal.report import Report

MOST_DAYS, MOST_PATIENTS = 365, 500


def run(arguments: Namespace) -> int:
    _require("--days", arguments.days, MOST_DAYS)
    _require("--patients", arguments.patients, MOST_PATIENTS)
    # The clinic's hours, limits and zone count; its database and its people are not touched.
    settings = Settings.from_env(demo=True)
    # A rehearsal's own happenings are no news.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    report = uvloop.run(_rehearse(settings, arguments))
    for line in report.lines():
        print(line)
    return 0 if report.is_safe else 1


async def _rehearse(settings: Settings, arguments: Namespace) -> "Report":
    from portal.rehearsal.rehearsal import rehearse

    async with empty_database(settings.clinic, rules_for(settings)) as database:
        return await rehearse(
            database, settings.clinic, arguments.days, arguments.patients, arguments.seed
        )


@asynccontextmanager
async def empty_database(clinic: Clinic, rules: RuleSet = RULES) -> AsyncIterator[Database]:
    """A SQLite file of its own, gone afterwards."""
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        url = f"sqlite:///{Path(folder) / 'rehearsal.db'}"
        await upgrade(url)
        vault = Vault([token_urlsafe(32)], token_urlsafe(32))
        database = Database(url, vault, clinic=clinic, rules=rules)
        try:
            yield database
        finally:
            await database.dispose()


def _require(name: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise Refusal(f"{name} must be from 1 to {most}", 2)
