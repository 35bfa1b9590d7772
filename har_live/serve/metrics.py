"""The figures of this server, for Prometheus to ask."""

from __future__ import annotations

from fastapi import APIRouter, Response

from har_live.serve.services import Shared

router = APIRouter(tags=["metrics"])


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(services: Shared) -> Response:
    """Tell the figures, as Prometheus reads them."""
    return Response(services.figures.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
