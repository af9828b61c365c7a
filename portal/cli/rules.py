"""`portal rules replay`: stored check-ins and messages judged again, and which flags would differ.

It writes nothing and prints ids, rules and counts, never words.
"""

import asyncio
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from portal.cli.opening import opened
from portal.cli.refusal import Refusal
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.check_ins.rules import RuleSet
    from portal.readings.replay import Tally


def run(arguments: Namespace) -> int:
    rules = read_rules(arguments.rules)
    tally = asyncio.run(replayed(Settings.from_env(), rules, each=arguments.each))
    print(table(rules, tally))
    return 0


def read_rules(name: str | None) -> "RuleSet":
    from portal.check_ins.library import RULES, rules_from
    from portal.check_ins.rule_file import RuleFileError

    if name is None:
        return RULES
    try:
        return rules_from(Path(name).read_text("utf-8"))
    except OSError as error:
        raise Refusal(f"{name} cannot be read: {error.strerror}.", 2) from None
    except UnicodeDecodeError:
        raise Refusal(f"{name} is not a text file.", 2) from None
    except RuleFileError as error:
        raise Refusal(f"{name}: {error}.", 2) from None


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
    lines += [f"  {rule:24}{count:6}" for rule, count in tally.by_rule]
    if tally.unreadable:
        lines.append(f"{tally.unreadable} messages cannot be opened with these keys.")
    return "\n".join(lines)
