"""Whether the server is there: the one answer that needs no token."""

from __future__ import annotations

from fastapi import APIRouter

HEALTH_PATH = "/healthz"

router = APIRouter(tags=["health"])


@router.get(HEALTH_PATH)
async def health() -> dict[str, str]:
    """Say that the server answers."""
    return {"status": "ok"}
