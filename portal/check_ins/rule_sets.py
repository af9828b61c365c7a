"""The versions of the rules over time: kept when a process starts with them, never changed."""

from collections.abc import Collection

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.audit.actions import record
from portal.check_ins.library import rules_from, rules_of
from portal.check_ins.rule_set_models import KeptRules
from portal.check_ins.rule_shape import RuleFileError
from portal.check_ins.rules import RuleSet
from portal.db import Database, UnitOfWork


async def keep_rules(database: Database) -> None:
    """Keep the rules in force. Raises RuleFileError when others have gone by this version."""
    try:
        async with database.work(origin="start") as work:
            await _keep(work, rules_of(work.session))
    except IntegrityError:  # another process starts with it at the same moment
        async with database.work(origin="start") as work:
            await _keep(work, rules_of(work.session))


async def kept_rules(
    session: AsyncSession, versions: Collection[str]
) -> dict[str, KeptRules | None]:
    """Each version with what is known of it; None for one from before they were kept."""
    query = select(KeptRules).where(col(KeptRules.version).in_(versions))
    found = {row.version: row for row in await session.exec(query)}
    present = rules_of(session)
    if present.version in versions:
        found.setdefault(present.version, row_of(present))
    return {version: found.get(version) for version in sorted(versions)}


def row_of(rules: RuleSet) -> KeptRules:
    sign_off = rules.sign_off
    return KeptRules(
        version=rules.version,
        text=rules.text,
        signed=sign_off.signed,
        name=sign_off.name,
        role=sign_off.role,
        signed_on=sign_off.on,
        at=clock.now(),
    )


async def rules_by_version(session: AsyncSession, version: str | None) -> RuleSet | None:
    """Those in force without a version; None for one that is not kept or can no longer be read."""
    present = rules_of(session)
    if version is None or version == present.version:
        return present
    row = await session.get(KeptRules, version)
    try:
        return rules_from(row.text) if row else None
    except RuleFileError:
        return None


async def _keep(work: UnitOfWork, rules: RuleSet) -> None:
    row = await work.session.get(KeptRules, rules.version)
    if row is None:
        work.session.add(row_of(rules))
        record(work, "rules:in_force", detail={"rule_set": rules.version})
    elif row.text != rules.text:
        raise RuleFileError(
            f"the rules have changed, but still call themselves {rules.version}: "
            "give the file a new version and let it be signed again"
        )
