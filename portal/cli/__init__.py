"""The `portal` command: reads the words typed, then imports only what that command needs."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

ROLES = ("patient", "nurse", "clinician", "coordinator", "admin")


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, instead of after a page of usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    top = OneLineParser(prog="portal", description="The telemedicine portal.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add(commands, "serve", "the production server; reads its settings from the environment")
    _add(commands, "worker", "what happens by itself: reminders, escalations, deliveries")
    _add(commands, "migrate", "bring the database to the current schema")
    push_key = _add(commands, "push-key", "make a key for push messages, for the setting PUSH_KEY")
    push_key.set_defaults(module="push_key")
    demo = _add(commands, "demo", "the demo clinic, with one click to sign in as anybody")
    demo.add_argument("--fresh", action="store_true", help="forget what was done, and start over")
    _add_people(commands)
    _add_audit(commands)
    keys = _add(commands, "keys", "the keys that seal what people write")
    doing = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    doing.add_parser("reseal", help="seal everything with the first of ENCRYPTION_KEYS")
    _add_rules(commands)
    read = _add(commands, "read", "what the free-text reader finds in lines of JSON")
    read.add_argument("--jsonl", required=True, metavar="IN", help="a file, or - for what is piped")
    read.set_defaults(module="reading")
    _add_rehearse(commands)
    return top


def _add(
    commands: "argparse._SubParsersAction[OneLineParser]", name: str, help: str
) -> OneLineParser:
    command = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    command.set_defaults(module=name)
    return command


def _add_people(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    people = _add(commands, "people", "invite people")
    actions = people.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="invite a person and print their one-time link")
    add.add_argument("--name", required=True, help="as others will see it")
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument("--email", help="where reminders may go; it never links an account")
    add.add_argument("--care-team", metavar="NAME", help="made when it is new")


def _add_rehearse(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    rehearse = _add(commands, "rehearse", "months of a virtual clinic in minutes, with a report")
    rehearse.add_argument("--days", type=int, default=90, help="how long (default: 90)")
    rehearse.add_argument("--patients", type=int, default=50, help="how many (default: 50)")
    rehearse.add_argument("--seed", type=int, default=7, help="the same seed, the same report")
    rehearse.add_argument("--json", action="store_true", help="the report for programs")


def _add_audit(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    audit = _add(commands, "audit", "the audit trail")
    actions = audit.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("verify", help="check that the trail is whole; exit 1 if it is not")
    actions.add_parser("new-key", help="go on with another key where the one before is lost")


def _add_rules(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    rules = _add(commands, "rules", "the clinical rules")
    actions = rules.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="whether a rule file may be used; exit 2 if not")
    check.add_argument("rules", nargs="?", metavar="FILE", help="without it, those in force")
    replay = actions.add_parser("replay", help="judge stored check-ins and messages again")
    replay.add_argument("--rules", metavar="FILE", help="a rule file; without it, those in force")
    replay.add_argument("--each", action="store_true", help="a line for each flag that differs")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args(argv)
    os.umask(0o077)  # a SQLite file and the demo's secrets are nobody else's to read
    try:
        code: int = import_module(f"portal.cli.{arguments.module}").run(arguments)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        refusal = refusal_for(error)
        if refusal is None:
            raise
        print(f"portal: {refusal[1]}", file=sys.stderr)
        return refusal[0]
    return code


def refusal_for(error: Exception) -> tuple[int, str] | None:
    """The exit code and the one line for what an operator can put right; None for our own bugs."""
    from portal.check_ins.questionnaires import QuestionnaireError
    from portal.check_ins.rule_shape import RuleFileError
    from portal.cli.refusal import Refusal
    from portal.errors import PortalError
    from portal.settings import SettingsError

    if isinstance(error, SettingsError | PortalError):
        return 2, str(error)
    if isinstance(error, RuleFileError | QuestionnaireError):
        return 2, f"{error}."
    if isinstance(error, Refusal):
        return error.code, str(error)
    return None
