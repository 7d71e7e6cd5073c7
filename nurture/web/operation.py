"""What monitoring asks: /healthz, /readyz, /metrics. None of it names a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, jsonify

from nurture.engine import operation
from nurture.engine.runtime import Runtime


def register(app: Flask, rt: Runtime, clock: Callable[[], datetime]) -> None:
    """Add the three pages."""

    @app.get("/healthz")
    def _alive() -> Response:
        return Response("alive\n", mimetype="text/plain")

    @app.get("/readyz")
    def _ready() -> tuple[Response, int]:
        found = operation.readiness(rt, clock())
        return jsonify(found.as_json()), 200 if found.ready else 503

    @app.get("/metrics")
    def _metrics() -> Response:
        return Response(operation.metrics(rt, clock()), content_type=operation.CONTENT_TYPE)
