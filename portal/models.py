"""Every table, and the database that holds them.

Commands without pages begin here: what draws pages takes a second of a core to import.
"""

from collections.abc import Callable

from sqlmodel import SQLModel

from portal.accounts import models as accounts
from portal.audit import models as audit
from portal.bookings import models as bookings
from portal.check_ins import models as check_ins
from portal.check_ins import rule_set_models as rule_sets
from portal.check_ins import silence_models as silence
from portal.check_ins.library import rules_for
from portal.conversations import draft_models as drafts
from portal.conversations import file_models as files
from portal.conversations import mention_models as mentions
from portal.conversations import models as conversations
from portal.conversations import reading_models as message_readings
from portal.conversations import revision_models as revisions
from portal.db import Database
from portal.flags import models as flags
from portal.handling import later_models as later
from portal.handling import models as handling
from portal.notices import models as notices
from portal.people import membership
from portal.people import models as people
from portal.readings import models as readings
from portal.realtime import models as realtime
from portal.rota import models as rota
from portal.sealing import Vault
from portal.settings import Settings
from portal.treatments import models as treatments

SLICES = (
    people,
    membership,
    audit,
    accounts,
    realtime,
    notices,
    treatments,
    rota,
    flags,
    check_ins,
    rule_sets,
    silence,
    conversations,
    message_readings,
    readings,
    drafts,
    files,
    revisions,
    mentions,
    handling,
    later,
    bookings,
)

metadata = SQLModel.metadata


def make_database(
    settings: Settings, publish: Callable[..., None] | None = None, **options: object
) -> Database:
    """By the clinic's own rules; raises RuleFileError when they may not be used."""
    vault = Vault(settings.encryption_keys, settings.audit_secret)
    rules = rules_for(settings.clinic, settings.rules_file)
    return Database(settings.database_url, vault, publish, settings.clinic, rules=rules, **options)
