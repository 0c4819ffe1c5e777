"""Phone numbers and e-mail addresses as people write them, where they are kept for staff to use."""

import re

_PHONE = re.compile(r"\+?[0-9]{7,15}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def tidy_phone(text: str) -> str:
    """Return the number without what people write between digits; whether it is one is for ``is_phone`` to say."""
    return re.sub(r"[\s()\-\u2013\u2212.]", "", text)


def is_phone(tidied: str) -> bool:
    """Whether the tidied text is a phone number, Swedish or other: 7–15 digits (E.164), perhaps after a plus."""
    return _PHONE.fullmatch(tidied) is not None


def is_email(text: str) -> bool:
    """Whether the text looks like an e-mail address."""
    return _EMAIL.fullmatch(text) is not None
