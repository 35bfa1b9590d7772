"""The weights that visitors can choose."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from har_live.card import open_weights, own_weights, shipped_weights
from har_live.errors import WeightsError
from har_live.serve.services import Shared

router = APIRouter(prefix="/api/models", tags=["models"])


class Model(BaseModel):
    """A set of weights."""

    name: str
    description: str
    accuracy: str
    labels: list[str]
    is_own: bool
    """Taught here, not shipped."""
    is_default: bool


@router.get("")
def list_models(services: Shared) -> list[Model]:
    """List the weights that go by a name: those that ship, and those that were taught here."""
    return [
        model
        for names, is_own in ((shipped_weights(), False), (own_weights(), True))
        for name in names
        if (model := _model(name, is_own=is_own, default=services.recognizer.card.name))
    ]


def _model(name: str, *, is_own: bool, default: str) -> Model | None:
    try:
        card = open_weights(name).card
    except WeightsError:
        return None  # being written just now, or damaged: nothing to choose
    return Model(
        name=name,
        description=card.description,
        accuracy=card.accuracy,
        labels=list(card.labels),
        is_own=is_own,
        is_default=name == default,
    )
