"""Mail to a real SMTP server: what it says, what is tried again, what is given up, who sends."""

import socketserver
import threading
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from starlette.testclient import TestClient

from api import postman
from api.app import create_app
from api.postman import Postman
from geomap.access import Role
from geomap.accounts import Account
from geomap.errors import SettingInvalid
from geomap.notices import PAUSES, Mailbox, News, NoticeKind
from geomap.settings import Settings
from layers.store.sqlite import SqliteStore

CANARY = "Xyzzy mill at 61.16810, 28.77930"


class Talk(socketserver.StreamRequestHandler):
    """One talk in SMTP (RFC 5321), as far as a client without wishes needs it."""

    def handle(self):
        server = self.server
        server.talks += 1
        self.say(server.greeting)
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"DATA":
                self.say("354 Go on")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.removeprefix(b"."))
                server.mails.append(b"".join(lines))
                self.say("250 Kept")
            elif verb == b"RCPT":
                self.say(server.recipient)
            elif verb == b"QUIT":
                self.say("221 Bye")
                return
            else:
                self.say("250 OK")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    greeting, recipient, talks = "220 trial", "250 OK", 0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talk)
        self.mails = []


@pytest.fixture
def smtp():
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Clock:
    now = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def kept(tmp_path, clock):
    opened = SqliteStore(tmp_path / "geomap.db", now=lambda: clock.now)
    opened.accounts.save(Account("a", "Anna", Role.CONTRIBUTOR))
    opened.notices.set_mailbox("a", Mailbox("anna@example.org", "ru"))
    yield opened
    opened.close()


@pytest.fixture
def mailing(smtp, tmp_path):
    return Settings(
        store=f"sqlite:///{tmp_path / 'geomap.db'}",
        base_url="https://map.example.org",
        smtp_host="127.0.0.1",
        smtp_port=smtp.server_address[1],
        smtp_security="none",
        smtp_from="map@example.org",
    )


def news(**more):
    return News(NoticeKind.APPROVED, "a", name=CANARY, message=CANARY, path="/account/suggestions",
                **more)  # fmt: skip


def test_mail_says_what_happened_and_where_to_read_on_and_names_nothing(kept, mailing, smtp):
    kept.notices.add([news()])
    assert Postman(mailing, kept.notices).deliver() == 1
    [raw] = smtp.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert (mail["To"], mail["From"]) == ("anna@example.org", "map@example.org")
    assert mail["Subject"] == "geomap: Ваше предложение принято."
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "https://map.example.org/account/suggestions" in text
    for word in ("Xyzzy", "61.16", "28.77"):
        assert word not in text
        assert word.encode() not in raw
    assert Postman(mailing, kept.notices).deliver() == 0
    assert len(smtp.mails) == 1


def test_whoever_has_no_account_gets_the_words_of_the_decision(kept, mailing, smtp):
    kept.notices.add([News(NoticeKind.RETURNED, address="r@example.org", lang="fi",
                           message="Missä tarkalleen?")])  # fmt: skip
    Postman(mailing, kept.notices).deliver()
    mail = message_from_bytes(smtp.mails[0], policy=policy.default)
    assert mail["To"] == "r@example.org"
    assert "Missä tarkalleen?" in mail.get_content()


def test_what_cannot_be_sent_is_tried_again_with_growing_pauses_and_given_up(
    kept, mailing, smtp, clock
):
    smtp.greeting = "421 Later"
    kept.notices.add([news()])
    sender = Postman(mailing, kept.notices)
    for number, pause in enumerate(PAUSES, start=1):
        assert sender.deliver() == 0
        assert smtp.talks == number
        clock.now += pause - timedelta(seconds=1)
        sender.deliver()
        assert smtp.talks == number
        clock.now += timedelta(seconds=1)
    smtp.greeting = "220 trial"
    assert sender.deliver() == 1
    smtp.greeting = "421 Later"
    kept.notices.add([news()])
    for pause in (*PAUSES, timedelta(0)):
        sender.deliver()
        clock.now += pause
    clock.now += timedelta(days=2)
    talks = smtp.talks
    sender.deliver()
    assert smtp.talks == talks
    assert len(smtp.mails) == 1


def test_an_address_that_is_refused_for_good_is_given_up_at_once(kept, mailing, smtp, clock):
    smtp.recipient = "550 No such user"
    kept.notices.add([news()])
    sender = Postman(mailing, kept.notices)
    assert sender.deliver() == 0
    clock.now += timedelta(days=1)
    sender.deliver()
    assert smtp.talks == 1


def test_neither_addresses_nor_words_reach_the_log(kept, mailing, smtp, clock, caplog):
    caplog.set_level("DEBUG")
    kept.notices.add([news()])
    for smtp.recipient in ("450 Busy, anna@example.org", "550 No anna@example.org"):
        Postman(mailing, kept.notices).deliver()
        clock.now += timedelta(minutes=1)
    assert "given up" in caplog.text
    assert "anna" not in caplog.text
    assert "Xyzzy" not in caplog.text


def test_several_workers_send_each_mail_once(kept, mailing, smtp):
    kept.notices.add([news(count=n) for n in range(1, 31)])
    workers = [
        threading.Thread(target=Postman(mailing, kept.notices).deliver) for _ in range(4)
    ]  # fmt: skip
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    Postman(mailing, kept.notices).deliver()
    assert len(smtp.mails) == 30
    ids = {message_from_bytes(raw)["Message-ID"] for raw in smtp.mails}
    assert len(ids) == 30


def test_the_application_sends_in_the_background(mailing, smtp, monkeypatch):
    monkeypatch.setattr(postman, "PAUSE_S", 0.05)
    with TestClient(create_app(mailing)) as client:
        store = client.app.state.service.store
        store.accounts.save(Account("a", "Anna", Role.CONTRIBUTOR))
        store.notices.set_mailbox("a", Mailbox("anna@example.org", "en"))
        store.notices.add([news()])
        deadline = time.monotonic() + 10
        while not smtp.mails and time.monotonic() < deadline:
            time.sleep(0.02)
    assert len(smtp.mails) == 1


def test_without_a_server_nothing_is_sent_and_none_is_asked_for(settings):
    with TestClient(create_app(settings)):
        assert "postman" not in {thread.name for thread in threading.enumerate()}


def test_a_server_without_a_sender_is_refused_at_start(settings):
    from dataclasses import replace

    with (
        pytest.raises(SettingInvalid, match="GEOMAP_SMTP_FROM"),
        TestClient(create_app(replace(settings, smtp_host="127.0.0.1"))),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "value"),
    [("GEOMAP_SMTP_SECURITY", "ssl3"), ("GEOMAP_SMTP_PORT", "0"), ("GEOMAP_SMTP_FROM", "map")],
)
def test_a_setting_that_cannot_be_is_refused(name, value):
    with pytest.raises(SettingInvalid, match=name):
        Settings.from_environment({name: value})
