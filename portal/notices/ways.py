"""Which ways out of the portal the settings open, and the worker's job that uses them."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from portal.db import Database
from portal.notices.channels import Way
from portal.notices.delivery import Ways, deliver
from portal.notices.mail import FolderMailer, SmtpMailer
from portal.notices.models import Channel
from portal.notices.push import Pusher, PushKey, is_installed
from portal.settings import Settings

Job = Callable[[Database, datetime], Awaitable[object]]


def ways_of(settings: Settings) -> Ways:
    """The demo without a mail server writes its mails to the log folder."""
    ways: dict[str, Way] = {}
    if settings.smtp_url and settings.mail_from:
        ways[Channel.MAIL] = SmtpMailer(settings.smtp_url, settings.mail_from, settings.public_url)
    elif settings.demo:
        ways[Channel.MAIL] = FolderMailer(
            settings.data_folder / "log" / "mail", settings.public_url
        )
    if key := push_key(settings):
        subject = f"mailto:{settings.mail_from}" if settings.mail_from else settings.public_url
        ways[Channel.PUSH] = Pusher(key, subject)
    return ways


def push_key(settings: Settings) -> PushKey | None:
    """None: nobody can be pushed to, and no page offers it."""
    return PushKey(settings.push_key) if settings.push_key and is_installed() else None


def deliveries(settings: Settings) -> Job:
    """The worker's job."""
    ways = ways_of(settings)

    async def send_notices(database: Database, now: datetime) -> int:
        return await deliver(database, now, ways)

    return send_notices
