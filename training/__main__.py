"""``python -m training``: from a folder of videos to a weights folder."""

from __future__ import annotations

import typer

from har_live.errors import HarLiveError
from training.commands import live, own_data, pose, recipe

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (
    own_data.fetch,
    own_data.show,
    pose.import_pose,
    recipe.prepare,
    recipe.pretrain,
    recipe.encode,
    recipe.train,
    recipe.gestures,
    own_data.train_pixels,
    own_data.compare,
    own_data.adapt,
    live.evaluate_live,
    live.tune_live,
    live.check_live,
    live.left_out,
    recipe.evaluate,
    recipe.bench_peers,
    recipe.ship,
):
    app.command()(command)


def main() -> None:
    try:
        app()
    except HarLiveError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
