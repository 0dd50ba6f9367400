"""Who asks is not known, may not do it, or has tried too often."""

from __future__ import annotations

from geomap.errors.base import GeomapError


class SignInNeeded(GeomapError):
    """This is for those who have said who they are."""

    problem = "sign-in-needed"

    def __init__(self) -> None:
        super().__init__("Sign in, or send a token as Bearer or as the password of Basic.")


class CredentialsWrong(GeomapError):
    """What was sent to say who asks is not known, or no longer."""

    problem = "credentials-wrong"

    def __init__(self) -> None:
        super().__init__("The name, password or token is not right, or no longer.")


class NameTaken(GeomapError):
    """Another account has this name."""

    problem = "name-taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is an account named {name!r} already.")


class AccountUnknown(GeomapError):
    """There is no such account, token or invitation."""

    problem = "account-unknown"


class PasswordTooShort(GeomapError):
    """A password is too short, or too long to be one."""

    problem = "password-too-short"


class SignInFailed(GeomapError):
    """Signing in by way of another house has not come to its end."""

    problem = "sign-in-failed"


class TooManyAttempts(GeomapError):
    """Signing in has failed too often; trying again later will do."""

    problem = "too-many-attempts"

    def __init__(self, seconds: int) -> None:
        super().__init__("Signing in has failed too often; please wait a quarter of an hour.")
        self.seconds = seconds


class ForeignOrigin(GeomapError):
    """What changes something must come from a page of this site."""

    problem = "foreign-origin"

    def __init__(self) -> None:
        super().__init__(
            "This must be sent from a page of this site: Sec-Fetch-Site or Origin says otherwise."
        )


class NotAllowed(GeomapError):
    """The rights of whoever asks do not reach so far."""

    problem = "not-allowed"
