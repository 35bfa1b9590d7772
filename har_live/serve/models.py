"""The weights that visitors can choose."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from har_live.card import ModelCard, open_weights, own_weights, shipped_weights
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
    """List the weights that go by a name: those that ship, those that were taught here, and the
    server's own, if they lie in some other folder."""
    default = services.recognizer.card
    named = [
        _model(card, is_own=is_own, default=default.name)
        for names, is_own in ((shipped_weights(), False), (own_weights(), True))
        for name in names
        if (card := _card(name))
    ]
    if any(model.is_default for model in named):
        return named
    return [_model(default, is_own=False, default=default.name), *named]


def _card(name: str) -> ModelCard | None:
    try:
        return open_weights(name).card
    except WeightsError:
        return None  # being written just now, or damaged: nothing to choose


def _model(card: ModelCard, *, is_own: bool, default: str) -> Model:
    return Model(
        name=card.name,
        description=card.description,
        accuracy=card.accuracy,
        labels=list(card.labels),
        is_own=is_own,
        is_default=card.name == default,
    )
