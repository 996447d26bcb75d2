"""Sends one e-mail over SMTP, and knows whether it may have arrived when something breaks."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage
from typing import Final

from groundplan.interfaces.notices.settings import MailServer, Security
from groundplan.interfaces.notices.tries import SENT, Tried, say_reply
from groundplan.records.updates.deliveries import Step
from groundplan.sources.http.secrets import Secret

TIMEOUT_S: Final = 60.0
_GO_ON: Final = 354
_DONE: Final = 250
_LATER: Final = range(400, 500)  # "try again" (RFC 5321, section 4.2.1)
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)


def send_mail(server: MailServer, password: Secret | None, message: EmailMessage, to: str) -> Tried:
    """Send a message; what came of it.

    Until the last dot is on its way nothing has arrived, and trying again is safe; without a reply
    to it nobody knows (RFC 1047), so that is not tried again. No reason holds the password.
    """
    if not to.isascii():
        return Tried(Step.FAILED, "the address needs SMTPUTF8, which is not spoken here")
    try:
        with _connect(server) as client:
            return _hand_over(client, server, password, message, to)
    except smtplib.SMTPNotSupportedError:
        return Tried(Step.FAILED, f"{server.host} offers no {server.security}, or no sign-in")
    except smtplib.SMTPResponseException as error:
        return _judge(error.smtp_code, error.smtp_error, password)
    except ssl.SSLCertVerificationError as error:
        return Tried(Step.FAILED, f"{server.host} is not who it says: {error.verify_message}")
    except (OSError, smtplib.SMTPException) as error:
        return Tried(Step.LATER, f"{server.host} cannot be reached ({type(error).__name__})")


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.security is Security.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)


def _hand_over(
    client: smtplib.SMTP,
    server: MailServer,
    password: Secret | None,
    message: EmailMessage,
    to: str,
) -> Tried:
    if server.security is Security.STARTTLS:
        client.starttls(context=ssl.create_default_context())
    if password is not None:
        client.login(server.user, password.reveal())
    client.ehlo_or_helo_if_needed()
    sender = message["From"].addresses[0].addr_spec
    for reply in (client.mail(sender), client.rcpt(to)):
        if reply[0] not in (_DONE, 251):
            return _judge(*reply, password)
    code, words = client.docmd("DATA")
    if code != _GO_ON:
        return _judge(code, words, password)
    text = _DOT.sub(b"..", message.as_bytes())
    client.send(text if text.endswith(b"\r\n") else text + b"\r\n")
    try:
        client.send(b".\r\n")
        code, words = client.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Tried(Step.UNSURE, f"the server did not answer at the end ({type(error).__name__})")
    return SENT if code == _DONE else _judge(code, words, password)


def _judge(code: int, words: bytes | str, password: Secret | None) -> Tried:
    reason = say_reply(code, words)
    said = password.scrub(reason) if password else reason
    return Tried(Step.LATER if code in _LATER or code < 0 else Step.FAILED, said)
