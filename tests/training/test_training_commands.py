"""``python -m training``: every number has a range, a wrong value is one line."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, get_args

import pytest
import typer
from rich.table import Table
from typer.testing import CliRunner, Result

from har_live.errors import SourceError
from training.__main__ import COMMANDS, app
from training.commands.options import Omit, as_command, numbers_of
from training.commands.output import print_table
from training.commands.weights import CAMERA_FPS
from training.learn.fit_settings import FitSettings
from training.settings import Count, Range, Settings, Share, WrongSetting, remarks_of


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_number_has_a_least_value_and_every_option_a_remark(name: str):
    command = as_command(COMMANDS[name])
    assert command.__doc__
    for option in inspect.signature(command).parameters.values():
        kind, words = get_args(option.annotation)
        assert words.help, option.name
        if kind in (int, float, int | None, float | None):
            assert words.min is not None, option.name


def test_help_names_every_command():
    shown = run("--help").stdout
    assert [name for name in COMMANDS if f" {name} " not in shown] == []


NUMBERS = [
    (command, option, value)
    for command in ("train-pixels", "compare")
    for option, value in (
        ("--epochs", "0"),
        ("--batch-size", "0"),
        ("--batch-size", "many"),
        ("--grid-fps", "0"),
        ("--grid-fps", "nan"),
        ("--learning-rate", "nan"),
        ("--learning-rate", "-1"),
        ("--label-smoothing", "2"),
        ("--workers", "-1"),
        ("--precision", "12"),
        ("--accelerator", "abacus"),
    )
]


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [
        *NUMBERS,
        ("train-pixels", "--devices", "0"),
        ("compare", "--seeds", "0"),
        ("compare", "--presets", ","),
        ("adapt", "--seed", "-1"),
        ("teach-bench", "--lessons", "0"),
        ("show", "--workers", "0"),
        ("prepare", "--workers", "0"),
        ("evaluate-live", "--seconds", "nan"),
        ("tune-live", "--seconds", "0"),
        ("check-live", "--seeds", "1"),
    ],
)
def test_a_number_outside_its_range_is_wrong_usage(
    command: str, option: str, value: str, tmp_path: Path
):
    weights = ["everyday-lrcn"] if command.endswith("-live") else []
    done = run(command, *weights, str(tmp_path), option, value)
    assert done.exit_code == 2, done.output
    assert option.removeprefix("--") in done.stderr
    assert isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("rates", ["abc", "0", "24,nan", "1e9"])
def test_rates_that_are_none_are_wrong_usage(rates: str, tmp_path: Path):
    done = run("evaluate", "everyday-lrcn", str(tmp_path), "--rates", rates)
    assert done.exit_code == 2
    assert "expected numbers, 1 to 240" in done.stderr


def test_a_comma_too_many_hurts_nobody():
    assert numbers_of("10,", CAMERA_FPS) == [10.0]


def test_a_file_in_a_folder_that_is_not_there_is_refused_before_the_work():
    done = run("evaluate", "everyday-lrcn", "nowhere", "--json", "no/such/folder/x.json")
    assert done.exit_code == 2
    assert "there is no folder no/such/folder" in done.stderr


# --- settings ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Baking(Settings):
    """Settings of nothing that exists."""

    minutes: Count = 30
    """How long,
    in minutes."""
    salt: Share = 0.1
    sizes: tuple[str, ...] = ("small",)
    """Of the loaves."""
    heat: Annotated[float, Range(100, 300)] | None = None
    """Default: the oven's."""


def test_settings_refuse_what_is_outside_their_ranges():
    assert Baking().heat is None
    for wrong, message in (
        ({"minutes": 0}, "minutes is 0; expected 1 or more"),
        ({"salt": float("nan")}, "salt is nan; expected 0 to 1"),
        ({"heat": 500.0}, "heat is 500.0; expected 100 to 300"),
    ):
        with pytest.raises(WrongSetting, match=message):
            Baking(**wrong)


def test_remarks_are_the_strings_below_the_fields():
    assert remarks_of(Baking)["minutes"] == "How long, in minutes."
    assert remarks_of(Baking)["salt"] == ""
    assert remarks_of(FitSettings)["batch_size"] == "Clips in a step, over all processes."


def bake(
    flour: Annotated[str, typer.Argument(help="Which.")],
    baking: Annotated[Baking, Omit(("salt",))] = Baking(minutes=40),
) -> None:
    """Bake."""
    if flour == "none":
        raise SourceError("there is no flour")
    if flour == "lost":
        Path("/nowhere/flour").read_text()
    typer.echo(repr(baking))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["rye"], 0, "Baking(minutes=40, salt=0.1, sizes=('small',), heat=None)"),
        (
            ["rye", "--minutes", "50", "--sizes", "large, small", "--heat", "220"],
            0,
            "Baking(minutes=50, salt=0.1, sizes=('large', 'small'), heat=220.0)",
        ),
        (["rye", "--salt", "1"], 2, "No such option: --salt"),
        (["none"], 1, "error: there is no flour\n"),
        (["lost"], 1, "error: /nowhere/flour: No such file or directory\n"),
    ],
)
def test_settings_become_options_and_errors_lines(arguments: list[str], code: int, said: str):
    kitchen = typer.Typer()
    kitchen.command()(as_command(bake))
    done = CliRunner().invoke(kitchen, arguments)
    assert done.exit_code == code, done.output
    assert said in done.output


# --- tables --------------------------------------------------------------------------------------


def test_a_table_is_whole_where_the_output_is_narrow(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "30")
    table = Table(box=None)
    row = [f"{'long' * 4}-{number}" for number in range(7)]
    for cell in row:
        table.add_column(cell, no_wrap=True)
    table.add_row(*row)
    print_table(table)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [row, row]


# --- evaluate ------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two clips of a label that the weights know and two of one that they don't, in no split."""
    from tests.support.make_media import make_clip

    for label in ("wave", "juggling"):
        for number in range(2):
            path = tmp_path / "data" / label / f"{number}.mp4"
            path.parent.mkdir(parents=True, exist_ok=True)
            make_clip(path, pts_seconds=[i / 12 for i in range(12)], size=(64, 48))
    return tmp_path / "data"


def manifest(folder: Path, *rows: str) -> str:
    (folder / "clips.csv").write_text("\n".join(("path,label,split", *rows)) + "\n", "utf-8")
    return str(folder)


def test_weights_that_know_no_label_of_the_clips_are_no_zero(folder: Path, small_weights):
    weights = str(small_weights("lrcn").folder)
    rows = ("juggling/0.mp4,juggling,val", "juggling/1.mp4,juggling,val")
    done = run("evaluate", weights, manifest(folder, *rows))
    assert done.exit_code == 1
    assert done.stderr == (
        "error: none of these 2 clips has a label that the weights know: they are of juggling; "
        "known are none, wave, jump, walk\n"
    )
    assert done.stdout == ""


def test_a_label_that_the_weights_do_not_know_is_named(
    folder: Path, small_weights, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    figures = tmp_path / "figures.json"
    weights = str(small_weights("lrcn").folder)
    done = run("evaluate", weights, str(folder), "--split", "all", "--json", str(figures))
    assert done.exit_code == 0, done.output
    assert "2 clips of juggling, unknown to these weights, count as wrong" in caplog.text
    assert json.loads(figures.read_text("utf-8"))["top1"] <= 0.5


def test_a_split_that_is_not_there_is_told_with_those_that_are(folder: Path, small_weights):
    weights = str(small_weights("lrcn").folder)
    data = manifest(folder, "wave/0.mp4,wave,fold1", "wave/1.mp4,wave,fold2")
    done = run("evaluate", weights, data)
    assert done.exit_code == 1
    assert done.stderr == (
        "error: no clips in the split 'val'; there are fold1 (1 clips), fold2 (1 clips)\n"
    )
    done = run("evaluate", weights, data, "--split", "fold2")
    assert done.exit_code == 0, done.output
    done = run("train-pixels", data, "--out", str(folder / "out"), "--cache", str(folder / "cache"))
    assert done.exit_code == 1
    assert done.stderr.endswith(
        "and the splits train and val; there are fold1 (1 clips), fold2 (1 clips)\n"
    )
