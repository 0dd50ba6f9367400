"""Mail with notices: taken from the store in the background, never while someone waits for it."""

from __future__ import annotations

import logging
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from geomap.errors import SettingInvalid, StoreBusy, StoreUnusable
from geomap.i18n import translate
from geomap.notices import PAUSES, Mail, Notices, languages, sentence
from geomap.settings import Settings

PAUSE_S = 5.0
"""Between two looks into the store."""
TIMEOUT_S = 30.0
AT_ONCE = 20
REFUSED = range(500, 600)
"""Answers of a server that it gives again however often it is asked."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Postman:
    """Sends what is due. Several workers may each have one: mail is leased, not shared."""

    settings: Settings
    notices: Notices
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Send until stopped."""
        while not self.stopped.wait(PAUSE_S):
            self.deliver()

    def deliver(self) -> int:
        """Send what is due; return how many were sent. Nothing that fails here is raised."""
        try:
            mails = self.notices.taken(AT_ONCE)
            return sum(self._delivered(mail) for mail in mails) if mails else 0
        except (StoreBusy, StoreUnusable) as problem:
            logger.warning("Mail waits, for the store cannot be had: %s", problem)
            return 0

    def _delivered(self, mail: Mail) -> bool:
        """Send one mail; tell whether it was sent, and not put off or given up."""
        try:
            with _server(self.settings) as server:
                server.send_message(message_of(mail, self.settings))
        except (OSError, smtplib.SMTPException, ValueError) as problem:
            self._failed(mail, problem)
            return False
        self.notices.sent(mail.number)
        return True

    def _failed(self, mail: Mail, problem: Exception) -> None:
        # Neither the address nor what was to be said belongs into the log.
        if _is_final(problem) or mail.tries > len(PAUSES):
            logger.warning("Mail %s is given up: %s", mail.id, type(problem).__name__)
            self.notices.sent(mail.number)
        else:
            logger.info("Mail %s is put off: %s", mail.id, type(problem).__name__)
            self.notices.put_off(mail.number, PAUSES[mail.tries - 1])


@contextmanager
def delivering(settings: Settings, notices: Notices) -> Iterator[None]:
    """Send mail in the background for the life of a process; nothing where no server is named.

    Raises:
        SettingInvalid: A server is named, and no address that mail comes from.
    """
    if not settings.smtp_host:
        yield
        return
    if not settings.smtp_from:
        raise SettingInvalid("GEOMAP_SMTP_FROM is needed where GEOMAP_SMTP_HOST is set.")
    postman = Postman(settings, notices)
    thread = threading.Thread(target=postman.run, name="postman", daemon=True)
    thread.start()
    try:
        yield
    finally:
        postman.stopped.set()
        thread.join(timeout=PAUSE_S)


def message_of(mail: Mail, settings: Settings) -> EmailMessage:
    """Return a mail as it is sent: what happened and where to read on, no name and no place.

    Raises:
        ValueError: The address has what no header may hold.
    """
    news, home = mail.news, settings.base_url.rstrip("/")
    home = home or f"http://{settings.host}:{settings.port}"
    tongues = languages(news)
    said = [sentence(lang, news) for lang in tongues]
    onward = [translate(lang, "Read on at {address}", address=home + news.path) for lang in tongues]
    parts = [*said, *([news.message] if news.message else []), *onward]
    message = EmailMessage()
    message["From"], message["To"] = settings.smtp_from, news.address
    message["Subject"] = f"{settings.title}: {' · '.join(said)}"
    message["Date"] = format_datetime(datetime.fromisoformat(mail.at))
    message["Message-ID"] = f"<{mail.id}@{settings.smtp_from.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(parts) + "\n")
    return message


@contextmanager
def _server(settings: Settings) -> Iterator[smtplib.SMTP]:
    with _OPENED[settings.smtp_security](settings) as server:
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        yield server


def _plain(settings: Settings) -> smtplib.SMTP:
    return smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S)


def _upgraded(settings: Settings) -> smtplib.SMTP:
    server = _plain(settings)
    try:
        server.starttls(context=ssl.create_default_context())
    except BaseException:
        server.close()
        raise
    return server


def _secured(settings: Settings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    where = settings.smtp_host, settings.smtp_port
    return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_S, context=context)


_OPENED: Mapping[str, Callable[[Settings], smtplib.SMTP]] = {
    "starttls": _upgraded,
    "tls": _secured,
    "none": _plain,
}


def _is_final(problem: Exception) -> bool:
    """Tell whether the server would refuse the mail again, or it can never be sent."""
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        # A wrong password is mended by the operator, and the mail goes out then.
        return False
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return all(code in REFUSED for code, _ in problem.recipients.values())
    if isinstance(problem, smtplib.SMTPResponseException):
        return problem.smtp_code in REFUSED
    return isinstance(problem, ValueError)
