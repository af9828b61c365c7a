"""`portal rules check` says whether a rule file may be used; `portal rules replay` judges stored
check-ins, messages and silences again, and says which flags would differ.

Neither writes anything; what they print are ids, rules and counts, never words.
"""

import asyncio
import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from portal.cli.opening import opened
from portal.settings import Settings, clinic_from

if TYPE_CHECKING:
    from portal.check_ins.rules import RuleSet
    from portal.readings.replay import Tally


def run(arguments: Namespace) -> int:
    if arguments.action == "check":
        print(checked(arguments.rules))
        return 0
    named = read_rules(arguments.rules)
    settings = Settings.from_env()
    rules = named or in_force(settings)
    tally = asyncio.run(replayed(settings, rules, each=arguments.each))
    print(table(rules, tally))
    return 0


def checked(name: str | None) -> str:
    """One line about a file that may be used; raises RuleFileError for one that may not."""
    from portal.check_ins.library import SHIPPED, rules_for

    named = name or os.environ.get("RULES_FILE", "").strip()
    path = Path(named) if named else None
    rules = rules_for(clinic_from(os.environ), path)
    signature = rules.sign_off
    by = f"signed by {signature.name}, {signature.role}, {signature.on}"
    return (
        f"{path or SHIPPED} may be used: rule set {rules.version}, {len(rules.rules)} rules, "
        f"{len(rules.modifiers)} modifiers, {by if signature.signed else 'signed by nobody yet'}."
    )


def read_rules(name: str | None) -> "RuleSet | None":
    from portal.check_ins.library import rules_at

    return rules_at(Path(name)) if name else None


def in_force(settings: Settings) -> "RuleSet":
    from portal.check_ins.library import rules_for

    return rules_for(settings.clinic, settings.rules_file)


async def replayed(settings: Settings, rules: "RuleSet", *, each: bool) -> "Tally":
    from portal.readings.replay import Change, Tally, replay

    tally = Tally()
    async with opened(settings) as database:
        async for judged in replay(database, rules, tally):
            if each and judged.change is not Change.SAME:
                print(judged.line)
    return tally


def table(rules: "RuleSet", tally: "Tally") -> str:
    from portal.readings.replay import Change

    head = f"{'week of':12}" + "".join(f"{change.value:>8}" for change in Change)
    rows = [f"{name:12}" + "".join(f"{n:8}" for n in counts) for name, counts in tally.rows]
    lines = [f"Rule set {rules.version}, beside the flags that are stored:", head, *rows]
    lines += [f"  {was} to {now}: {n}" for was, now, n in tally.by_move]
    lines += [f"  {rule:24}{count:6}" for rule, count in tally.by_rule]
    if tally.unreadable:
        lines.append(f"{tally.unreadable} messages cannot be opened with these keys.")
    return "\n".join(lines)
