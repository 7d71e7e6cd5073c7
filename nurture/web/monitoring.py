"""What monitoring asks for: is it alive, is it ready for work, how much lies about. Names no person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, jsonify

from nurture.engine import operation
from nurture.engine.runtime import Runtime


def register(app: Flask, rt: Runtime, clock: Callable[[], datetime]) -> None:
    """Add /healthz, /readyz and /metrics to ``app``."""

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        found = operation.readiness(rt, clock())
        return jsonify(found.as_json()), 200 if found.ready else 503

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(operation.metrics(rt, clock()), content_type=operation.CONTENT_TYPE)
