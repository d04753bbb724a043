"""Every error Sayso raises on purpose.

    SaysoError
    ├── Malformed          what came in cannot be read
    │   └── TooLarge
    ├── Invalid            it can be read and is wrong
    ├── Unproved           nobody has shown who is asking
    ├── Forbidden          who asks is known and may not
    ├── NotFound
    ├── WrongMethod        the address is there and is used otherwise
    ├── Conflict           it contradicts what is recorded
    ├── Unavailable        a part we need does not answer; trying again may help
    └── Misconfigured      the deployment itself is wrong

Expected answers (denied, not proved, too early) are values, not errors. HTTP status is mapped in
`core.errors.STATUS` and nowhere else (RFC 9457).
"""


class SaysoError(Exception):
    """Something is wrong, and this says what, and what to do about it.

    `code` is stable and documented; `remedy` is a sentence for the reader; `permanent` says that trying
    again unchanged cannot help.
    """

    permanent = True

    def __init__(self, code: str, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.remedy = remedy


class Malformed(SaysoError):
    """What came in cannot be read."""


class TooLarge(Malformed):
    """What came in is larger than anything we would read."""


class Invalid(SaysoError):
    """What came in can be read and is wrong."""


class Unproved(SaysoError):
    """Nobody has shown who is asking."""


class Forbidden(SaysoError):
    """Who asks is known and may not do this."""


class NotFound(SaysoError):
    """There is no such thing, or none that may be told about."""


class WrongMethod(SaysoError):
    """The address is there and takes other methods: those of `allowed`, as the header `Allow` lists them."""

    def __init__(self, allowed: str) -> None:
        super().__init__("wrong_method", "This address takes other methods.", f"Use {allowed}.")
        self.allowed = allowed


class Conflict(SaysoError):
    """It contradicts what is already recorded."""


class Unavailable(SaysoError):
    """A part that is needed does not answer now."""

    permanent = False


class Misconfigured(SaysoError):
    """The deployment itself is wrong."""


STATUS: dict[type[SaysoError], int] = {
    TooLarge: 413,
    Malformed: 400,
    Invalid: 422,
    Unproved: 401,
    Forbidden: 403,
    NotFound: 404,
    WrongMethod: 405,
    Conflict: 409,
    Unavailable: 503,
    Misconfigured: 500,
}


def status_of(error: SaysoError) -> int:
    """Give the HTTP status for an error: that of the nearest class in `STATUS`."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(error: SaysoError) -> dict[str, object]:
    """Give the problem details of an error (RFC 9457): type, title, status, code, detail, remedy."""
    return {
        "type": f"urn:sayso:problem:{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": status_of(error),
        "code": error.code,
        "detail": error.detail,
        "remedy": error.remedy,
    }
