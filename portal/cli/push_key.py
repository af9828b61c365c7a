"""`portal push-key`: a new key for push messages, printed and stored nowhere."""

from argparse import Namespace

from portal.notices.push import PushKey


def run(arguments: Namespace) -> int:
    print(PushKey.make())
    return 0
