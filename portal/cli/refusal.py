"""How a command ends when it cannot go on."""


class Refusal(Exception):
    """The message is the one line the operator reads; `code` is what the shell sees."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code
