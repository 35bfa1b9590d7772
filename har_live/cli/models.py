"""``har-live models``."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from har_live.cli.options import JsonOption
from har_live.errors import WeightsError

log = logging.getLogger(__name__)


def models(
    name: Annotated[
        str | None, typer.Argument(help="Show this one's card: a name, or a weights folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the weights that came with har-live and those you taught, or show one's card."""
    from har_live.card import open_weights, own_weights, shipped_weights
    from har_live.cli.console.weights import print_card, print_weights

    if name is None:
        found = []
        for one in shipped_weights() | own_weights():
            try:
                found.append(open_weights(one))
            except WeightsError as error:  # the others are there all the same
                log.warning("%s", error)
        print_weights(found, as_json=as_json)
    else:
        print_card(open_weights(name), as_json=as_json)
