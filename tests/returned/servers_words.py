"""Bounces in the layouts of the mail servers that send no delivery status, one for each family. All tell of Petra."""

from __future__ import annotations

from returned.mails import ORIGINAL, mail

POSTFIX_OLD = mail(
    "Undelivered Mail Returned to Sender",
    f"""\
This is the Postfix program at host mx.example.org.

I'm sorry to have to inform you that the message returned
below could not be delivered to one or more destinations.

For further assistance, please send mail to <postmaster@mx.example.org>

<petra@example.net>: host mx.example.net[192.0.2.20] said: 550 5.1.1
    <petra@example.net>: Recipient address rejected: User unknown in virtual
    mailbox table (in reply to RCPT TO command)

--- The original message follows.

{ORIGINAL}""",
)
EXIM = mail(
    "Mail delivery failed: returning message to sender",
    f"""\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  petra@example.net
    host mx.example.net [192.0.2.20]
    SMTP error from remote mail server after RCPT TO:<petra@example.net>:
    550 No such person at this address

------ This is a copy of the message, including all the headers. ------

{ORIGINAL}""",
    X_Failed_Recipients="petra@example.net",
    Auto_Submitted="auto-replied",
)
QMAIL = mail(
    "failure notice",
    f"""\
Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<petra@example.net>:
192.0.2.20 does not like recipient.
Remote host said: 550 sorry, no mailbox here by that name (#5.1.1)
Giving up on 192.0.2.20.

--- Below this line is a copy of the message.

{ORIGINAL}""",
)
SENDMAIL = mail(
    "Returned mail: User unknown",
    f"""\
The original message was received at Thu, 12 Nov 2026 09:00:02 +0100
from out.nurture.example [192.0.2.7]

   ----- The following addresses had permanent fatal errors -----
<petra@example.net>

   ----- Transcript of session follows -----
... while talking to mx.example.net.:
>>> RCPT To:<petra@example.net>
<<< 550 <petra@example.net>... User unknown
550 <petra@example.net>... User unknown

   ----- Original message follows -----

{ORIGINAL}""",
    "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>",
)
GMAIL_OLD = mail(
    "Delivery Status Notification (Failure)",
    f"""\
Delivery to the following recipient failed permanently:

     petra@example.net

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the recipient domain. The error that the other
server returned was: 550 550 5.1.1 <petra@example.net>: user unknown (state 14).

----- Original message -----

{ORIGINAL}""",
    "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
)
YAHOO = mail(
    "Failure Notice",
    f"""\
Sorry, we were unable to deliver your message to the following address.

<petra@example.net>:
554: delivery error: dd This user doesn't have an example.net account (petra@example.net) [0] - mta1.mail.example

--- Below this line is a copy of the message.

{ORIGINAL}""",
    "MAILER-DAEMON@yahoo.com",
)
GMX = mail(
    "Mail delivery failed: returning message to sender",
    f"""\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

"petra@example.net":
SMTP error from remote server after RCPT command:
host: mx00.emig.gmx.net
Requested action not taken: mailbox unavailable
For explanation visit https://postmaster.gmx.net/en/error-messages?ip=192.0.2.7&c=bip

--- The header of the original message is following. ---

{ORIGINAL}""",
    "MAILER-DAEMON@mail.gmx.net",
)
IONOS = mail(
    "Mail delivery failed: returning message to sender",
    f"""\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address(es)
failed:

petra@example.net:
SMTP error from remote server for RCPT TO command, host: mx.example.net (192.0.2.20) reason: 550 5.1.1 unknown user

--- The header of the original message is following. ---

{ORIGINAL}""",
    "Mail Delivery System <mailer-daemon@kundenserver.de>",
)
T_ONLINE = mail(
    "Undelivered Mail Returned to Sender",
    f"""\
This is the mail system at host mailout.t-online.de.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<petra@example.net>: host mx00.t-online.de[194.25.134.8] said: 550 user unknown
    (in reply to RCPT TO command)

----- Original message -----

{ORIGINAL}""",
    "Mail Delivery System <MAILER-DAEMON@mailout.t-online.de>",
)
EXCHANGE_GERMAN = mail(
    "Unzustellbar: Five ways to cut downtime",
    f"""\
Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

petra@example.net
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Überprüfen Sie die E-Mail-Adresse des Empfängers, und
versuchen Sie, die Nachricht erneut zu senden.

Diagnoseinformationen für Administratoren:

Generierender Server: ex01.example.net

petra@example.net
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'

Ursprüngliche Nachrichtenkopfzeilen:

{ORIGINAL}""",
    "Microsoft Outlook <postmaster@example.net>",
)
EXCHANGE_FRENCH = mail(
    "Non remis : Five ways to cut downtime",
    f"""\
Échec de la remise pour ces destinataires ou groupes :

petra@example.net
L'adresse de messagerie que vous avez entrée est introuvable. Vérifiez l'adresse et renvoyez le message.

----- Message d'origine -----

{ORIGINAL}""",
    "Postmaster <postmaster@example.net>",
)
EXCHANGE_2003 = mail(
    "Undeliverable: Five ways to cut downtime",
    """\
Your message did not reach some or all of the intended recipients.

      Subject:  Five ways to cut downtime
      Sent:     12.11.2026 09:00

The following recipient(s) could not be reached:

      petra@example.net on 12.11.2026 09:00
            The e-mail account does not exist at the organization this message was sent to.
            <mx.example.net #5.1.1>
""",
    "System Administrator <postmaster@example.net>",
)
DOMINO = mail(
    "DELIVERY FAILURE: User petra (petra@example.net) not listed in Domino Directory",
    """\
Your message

  Subject: Five ways to cut downtime

was not delivered to:

  petra@example.net

because:

  User petra (petra@example.net) not listed in Domino Directory
""",
    "Postmaster@example.net",
)
DRAGONFLY = mail(
    "Mail delivery failed",
    f"""\
This is the DragonFly Mail Agent v0.13 at df.example.org.

There was an error delivering your mail to <petra@example.net>.

mx.example.net [192.0.2.20] did not like our RCPT TO:
550 5.1.1 <petra@example.net>: User does not exist

Message headers follow.

{ORIGINAL}""",
    "MAILER-DAEMON <>",
)
OPENSMTPD = mail(
    "Delivery status notification: error",
    f"""\
    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

petra@example.net: 550 5.1.1 Invalid recipient: <petra@example.net>

    Below is a copy of the original message:

{ORIGINAL}""",
    "Mailer Daemon <MAILER-DAEMON@mx.example.org>",
)
WORKMAIL = mail(
    "Delivery Status Notification (Failure)",
    """\
An error occurred while trying to deliver the mail to the following recipients:
petra@example.net

Technical report:

Reporting-MTA: dsn; a27-80.smtp-out.eu-west-1.amazonses.example

Action: failed
Final-Recipient: rfc822; petra@example.net
Diagnostic-Code: smtp; 550 5.1.1 <petra@example.net>... User Unknown
Status: 5.1.1
""",
    "MAILER-DAEMON@eu-west-1.amazonses.example",
)
ZOHO = mail(
    "Undelivered Mail Returned to Sender",
    f"""\
This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

petra@example.net Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <petra@example.net>... User Unknown

{ORIGINAL}""",
    "mailer-daemon@mail.zoho.example",
)
SES_JSON = mail(
    "AWS Notification Message",
    '{"Type": "Notification", "Message": "{\\"notificationType\\":\\"Bounce\\",\\"bounce\\":{\\"bounceType\\":\\"Permanent\\",'
    '\\"bouncedRecipients\\":[{\\"emailAddress\\":\\"petra@example.net\\",\\"action\\":\\"failed\\",\\"status\\":\\"5.1.1\\",'
    '\\"diagnosticCode\\":\\"smtp; 550 5.1.1 user unknown\\"}]},\\"mail\\":{\\"headers\\":[{\\"name\\":\\"Message-ID\\",'
    '\\"value\\":\\"<0192f3a1-17@mail.nurture.example>\\"}]}}"}',
    "no-reply@sns.amazonaws.com",
    Return_Path="<ses@amazonses.example>",
)
NO_REPLY = mail(
    "Mail",
    f"""\
--part
Content-Type: text/plain

Your mail sent on: Thu, 12 Nov 2026 09:00:00 +0100
     Could not be delivered to: <petra@example.net>
     As there is no such user.

--part
Content-Type: message/rfc822

{ORIGINAL}
--part--
""",
    "no-reply@mx.example.net",
    Content_Type='multipart/mixed; boundary="part"',
    Return_Path="",
)

DEAD = {
    name: value for name, value in globals().items() if name.isupper() and name != "ORIGINAL" and isinstance(value, bytes)
}
"""Every family's way to say that there is no Petra."""
