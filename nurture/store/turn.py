"""What nearly every turn of a round brings, in one statement that travels while letters are written. PostgreSQL only.

    send: claimed mails leave, mails that left were accepted, each such try is on record -> (letters are written) -> moved

The statement is a transaction of its own, on a connection of its own. It says the same as ``moves.settle`` and
``messages.record_tries`` do, which say of every column what it becomes and cost twice as much. The driver is used without
its cursors: those wait for the answer, and half the price of such a statement is the way through them.
"""

from __future__ import annotations

import json
import select
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from nurture.store.messages import Try
from nurture.store.moves import Move

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

_NAME = b"nurture_turn"
_STATEMENT = """
    WITH going AS (
        SELECT * FROM json_to_recordset(CAST($1 AS json))
                      AS g(id bigint, subject text, template_version text, context json)),
    taken AS (
        SELECT * FROM json_to_recordset(CAST($2 AS json))
                      AS t(id bigint, at timestamptz, status text, reply text, host text)),
    gone AS (
        UPDATE messages
        SET state = 'sending', reason = '', claimed_until = CAST($4 AS timestamptz),
            subject = COALESCE(going.subject, messages.subject),
            template_version = COALESCE(going.template_version, messages.template_version),
            context = COALESCE(going.context, messages.context)
        FROM going WHERE messages.id = going.id AND messages.state = 'claimed' AND messages.claimed_by = CAST($3 AS text)
        RETURNING 1),
    settled AS (
        UPDATE messages
        SET state = 'accepted', reason = taken.reply, due_at = NULL, claimed_by = NULL, claimed_until = NULL,
            settled_at = CAST($5 AS timestamptz), failure = NULL, attempts = messages.attempts + 1
        FROM taken WHERE messages.id = taken.id AND messages.state = 'sending' AND messages.claimed_by = CAST($3 AS text)
        RETURNING messages.id),
    let_go AS (DELETE FROM claims USING settled WHERE claims.message_id = settled.id),
    tried AS (
        INSERT INTO attempts (message_id, at, outcome, phase, status, reply, host)
        SELECT taken.id, at, 'accepted', 'answer', status, reply, host FROM taken JOIN settled ON settled.id = taken.id)
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM settled)
"""
_spelled = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""As short as JSON is: what a letter was written from is kept as it is spelled here."""
_PREPARED, _ROWS = 1, 2
"""What the server answers when all is well: it knows the statement, or forgot it; it has rows."""
_IDLE, _BROKEN = 0, 1
"""What the driver says of a connection: nothing is under way on it; it is gone."""


class Line:
    """``send`` a turn, then ask how many mails ``moved``. Every fault is SQLAlchemy's, as that of any other statement."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._pg: PGconn = self._connection.connection.driver_connection.pgconn  # type: ignore[union-attr]
        try:
            self._checked(self._pg.prepare(_NAME, _STATEMENT.encode()), _PREPARED)
        except BaseException:
            self.close()
            raise

    def send(self, worker: str, going: Sequence[Move], taken: Sequence[Try], until: datetime, now: datetime) -> None:
        """Put it on its way; it is with the server when this returns."""
        said = (
            _spelled([_going(m) for m in going]),
            _spelled(_taken(taken)),
            worker,
            until.isoformat(),
            now.isoformat(),
        )
        try:
            self._pg.send_query_prepared(_NAME, [text.encode() for text in said])
            while self._pg.flush():
                self._wait(select.POLLOUT)
        except self._errors.Error as error:
            raise self._fault(error) from error

    def moved(self) -> int:
        """Wait for the answer: how many mails moved. All or nothing was recorded if it is a fault."""
        try:
            while self._pg.is_busy():
                self._wait(select.POLLIN)
                self._pg.consume_input()
            answer = self._pg.get_result()
            while (more := self._pg.get_result()) is not None:
                answer = more
        except self._errors.Error as error:
            raise self._fault(error) from error
        found = self._checked(answer, _ROWS).get_value(0, 0)
        return int(found or 0)

    def close(self) -> None:
        if not self._forget():
            self._connection.invalidate()
        self._connection.close()

    def _forget(self) -> bool:
        """Make the connection as others expect it; whether that worked.

        The statement goes with its line: where the driver has others of its own, it makes the server forget all of them
        now and then.
        """
        if self._pg.transaction_status != _IDLE:  # broken, or nobody waited for the answer
            return False
        try:
            return self._pg.close_prepared(_NAME).status == _PREPARED
        except self._errors.Error:
            return False

    def _wait(self, what: int) -> None:
        poll = select.poll()  # select.select takes no descriptor above 1,023
        poll.register(self._pg.socket, what)
        poll.poll()

    @property
    def _errors(self) -> Any:
        return self._connection.dialect.loaded_dbapi

    def _checked(self, answer: PGresult | None, wanted: int) -> PGresult:
        if answer is not None and answer.status == wanted:
            return answer
        errors = self._errors
        if answer is None or self._pg.status == _BROKEN:  # then there are only words, and no code that says what it is
            raise self._fault(errors.OperationalError(self._pg.get_error_message()))
        raise self._fault(errors.errors.error_from_result(answer))

    def _fault(self, error: Exception) -> Exception:
        """As SQLAlchemy has it."""
        dialect = self._connection.dialect
        return DBAPIError.instance("a turn", None, error, self._errors.Error, hide_parameters=True, dialect=dialect)


def _going(m: Move) -> dict[str, Any]:
    if (letter := m.letter) is None:
        return {"id": m.id}
    said = {"subject": letter.subject[:400], "context": letter.context}
    return {"id": m.id, "template_version": letter.template_version, **said}


def _taken(tries: Sequence[Try]) -> list[dict[str, Any]]:
    spelled = {at: at.astimezone(UTC).isoformat() for at in {t.at for t in tries}}
    return [{"id": t.message, "at": spelled[t.at], "status": t.status, "reply": t.reply, "host": t.host} for t in tries]
