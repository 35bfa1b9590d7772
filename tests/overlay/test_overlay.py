"""The overlay: what is drawn, where, how legibly, and that drawing changes nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from har_live.overlay import LiveStatus, OverlayView, TimelineRow, TimelineSpan, TimelineView, draw
from har_live.overlay.layout import OverlayPart, parts
from har_live.overlay.panel import PanelText, label_panel, panel_width, row_bar
from har_live.overlay.style import (
    NONE_COLOR,
    TRACK,
    UNSURE_COLOR,
    Metrics,
    color_of,
    ink_on,
    luminance,
    mix,
)
from har_live.overlay.text import SEMIBOLD, advance, display_name, smallest_px
from har_live.overlay.timeline import track_box
from har_live.types import NONE, UNSURE

LABELS = ("none", "wave", "clap", "tennis_forehand", "walk")
SIZES = [
    (160, 120),
    (176, 144),
    (320, 240),
    (321, 241),
    (360, 640),
    (640, 480),
    (1280, 720),
    (1920, 200),
    (3840, 2160),
]
SPANS = (
    TimelineSpan(80, 84, "walk", 0.8),
    TimelineSpan(85, 90, "none", 0.9),
    TimelineSpan(90, 95, "unsure", 0.3),
    TimelineSpan(95, 100, "wave", 1.0),
)
VIEW = OverlayView(
    label="wave",
    confidence=0.75,
    top=(("wave", 0.75), ("clap", 0.5), ("walk", 0.25), ("none", 0.0)),
    timeline=TimelineView(100, 20, (TimelineRow(SPANS),)),
    truth="clap",
    labels=LABELS,
)
FULL = replace(
    VIEW,
    status=LiveStatus(29.97, 48.2, 310, 12, True, True, "no signal for 3 s"),
    help_lines=(("q", "quit"), ("space", "pause"), ("h", "this help")),
)


def plain(width: int, height: int, value: int = 128) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def drawn_parts(view: OverlayView, width: int, height: int) -> dict[str, OverlayPart]:
    return {part.name: part for part in parts(view, Metrics.of(width, height))}


def cut(image: np.ndarray, part: OverlayPart) -> np.ndarray:
    box = part.box
    return image[box.y : box.bottom, box.x : box.right]


def count(image: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((image == color).all(axis=-1).sum())


def test_draw_is_pure() -> None:
    image = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    before = image.copy()
    first, second = draw(image, FULL), draw(image, FULL)
    assert np.array_equal(image, before)
    assert np.array_equal(first, second)
    first[:] = 0
    assert np.array_equal(draw(image, FULL), second)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_size_draws_inside_its_boxes_only(width: int, height: int) -> None:
    rng = np.random.default_rng(width)
    image = rng.integers(0, 256, (height, width, 3), np.uint8)
    changed = (draw(image, FULL) != image).any(axis=-1)
    outside = np.ones((height, width), bool)
    for part in parts(FULL, Metrics.of(width, height)):
        box = part.box
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= width
        assert box.bottom <= height
        outside[box.y : box.bottom, box.x : box.right] = False
    assert not (changed & outside).any()
    assert changed[~outside].mean() > 0.9


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (64, 48), (3000, 64)])
def test_smaller_than_legible_still_draws(size: tuple[int, int]) -> None:
    image = plain(*size)
    assert draw(image, FULL).shape == image.shape


def test_an_empty_view_draws_a_quiet_panel_and_nothing_else() -> None:
    assert list(drawn_parts(OverlayView(), 640, 480)) == ["panel"]


def test_small_pictures_show_label_and_strip_only() -> None:
    view = replace(VIEW, status=LiveStatus(30, 20))
    assert set(drawn_parts(view, 160, 120)) == {"panel", "timeline"}
    assert set(drawn_parts(view, 640, 480)) == {"panel", "timeline", "truth", "status"}


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("background", [0, 255])
def test_text_stands_out_from_its_panel(width: int, height: int, background: int) -> None:
    panel_part = drawn_parts(VIEW, width, height)["panel"]
    panel = cut(draw(plain(width, height, background), VIEW), panel_part)
    metrics = Metrics.of(width, height)
    headline = panel[: metrics.pad + round(1.1 * metrics.label), metrics.pad :]
    percents = panel[headline.shape[0] + metrics.pad :, -3 * metrics.body : -metrics.pad]
    for region in (headline, percents) if not metrics.compact else (headline,):
        tones = np.sort([luminance(tuple(map(int, c))) for c in region.reshape(-1, 3)[::3]])
        assert (tones[-len(tones) // 100] + 0.05) / (np.median(tones) + 0.05) >= 4.5


@pytest.mark.parametrize("label", [*(f"label_{i}" for i in range(40)), UNSURE, NONE])
def test_names_stand_out_from_their_span(label: str) -> None:
    for confidence in (0.0, 0.3, 0.6, 1.0):
        color = mix(color_of(label), TRACK, 0.45 + 0.55 * confidence)
        low, high = sorted((luminance(color), luminance(ink_on(color))))
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_labels_have_colours_of_their_own() -> None:
    labels = tuple(f"label_{i}" for i in range(24))
    colors = {color_of(label, labels) for label in labels}
    assert len(colors) == 24
    assert UNSURE_COLOR not in colors
    assert NONE_COLOR not in colors
    assert color_of(UNSURE, labels) != color_of(NONE, labels)
    assert color_of("stranger", labels) == color_of("stranger")


TENNIS = ("tennis_backhand", "tennis_backhand_slice", "tennis_backhand_two_hands", "none")


@pytest.mark.parametrize(("width", "height"), [*SIZES[2:], (1920, 1080)])
def test_a_name_is_not_cut_where_there_is_room(width: int, height: int) -> None:
    metrics = Metrics.of(width, height)
    for label in TENNIS:
        room = panel_width(TENNIS, metrics)
        assert metrics.panel_width <= room <= metrics.inner_width
        text = PanelText.of(OverlayView(label=label, confidence=1.0, labels=TENNIS))
        canvas = label_panel(text, metrics, height)
        assert canvas.width == room, "the panel stands still"
        name = display_name(label)
        shortest = advance(name, smallest_px(metrics.label), SEMIBOLD)
        head = canvas.color[: metrics.pad + metrics.label, metrics.pad : metrics.pad + shortest]
        columns = np.flatnonzero((head.max(axis=-1) > 100).any(axis=0))
        assert columns[-1] >= 0.9 * shortest


def test_no_figure_stands_beside_unsure() -> None:
    def head(label: str, confidence: float) -> np.ndarray:
        view = replace(VIEW, label=label, confidence=confidence)
        panel = cut(draw(plain(1280, 720), view), drawn_parts(view, 1280, 720)["panel"])
        return panel[: Metrics.of(1280, 720).label * 2]

    assert np.array_equal(head(UNSURE, 0.59), head(UNSURE, 0.12))
    assert not np.array_equal(head(NONE, 0.59), head(NONE, 0.12))
    right = head(UNSURE, 0.59)[:, -100:]
    assert not (right.min(axis=-1) > 150).any()


def test_bars_are_as_long_as_their_probabilities() -> None:
    panel = cut(draw(plain(1280, 720), VIEW), drawn_parts(VIEW, 1280, 720)["panel"])
    bar = row_bar(panel.shape[1], Metrics.of(1280, 720))
    for label, probability in (("clap", 0.5), ("walk", 0.25)):
        columns = (panel == color_of(label, LABELS)).all(axis=-1).any(axis=0)
        found = np.flatnonzero(columns)
        assert found[0] - bar.x <= 1
        assert found[-1] + 1 - bar.x == pytest.approx(probability * bar.width, abs=2)
    assert count(panel, color_of("none", LABELS)) == 0
    inner = panel.shape[1] - 2 * Metrics.of(1280, 720).pad
    headline = np.flatnonzero((panel == color_of("wave", LABELS)).all(axis=-1).any(axis=0))
    assert headline[-1] + 1 - headline[0] == pytest.approx(0.75 * inner, abs=3)


def test_the_panel_keeps_its_size_whatever_is_shown() -> None:
    shown = [VIEW, replace(VIEW, label=UNSURE), replace(VIEW, label="no_rival")]
    assert len({drawn_parts(view, 640, 480)["panel"].box for view in shown}) == 1


@pytest.mark.parametrize(("width", "height"), [(160, 120), (640, 480), (1280, 720)])
def test_timeline_spans_lie_where_they_happened(width: int, height: int) -> None:
    part = drawn_parts(VIEW, width, height)["timeline"]
    strip = cut(draw(plain(width, height), VIEW), part)
    track = track_box(20, Metrics.of(width, height))
    # The row just below the names, and columns clear of corners, seams and the line at now.
    row = strip[track.bottom - 2]
    for second, label, confidence in [
        (82, "walk", 0.8),
        (83.5, "walk", 0.8),
        (85.5, "none", 0.9),
        (89.5, "none", 0.9),
        (90.5, UNSURE, 0.3),
        (95.5, "wave", 1.0),
        (99, "wave", 1.0),
    ]:
        column = track.x + int((second - 80) / 20 * track.width)
        expected = mix(color_of(label, LABELS), TRACK, 0.45 + 0.55 * confidence)
        assert np.abs(row[column].astype(int) - expected).max() <= 1, second
    assert row[track.x + int(4.5 / 20 * track.width)] == pytest.approx(np.array(TRACK), abs=1)


def test_time_outside_the_strip_is_not_drawn() -> None:
    early = TimelineSpan(0, 79, "clap", 1.0)
    late = TimelineSpan(101, 120, "walk", 1.0)
    empty = replace(VIEW, timeline=TimelineView(100, 20))
    beyond = replace(VIEW, timeline=TimelineView(100, 20, (TimelineRow((early, late)),)))
    assert np.array_equal(draw(plain(640, 480), empty), draw(plain(640, 480), beyond))


@pytest.mark.parametrize(
    "change",
    [
        {"label": "clap"},
        {"label": UNSURE},
        {"label": NONE},
        {"confidence": 0.85},
        {"truth": "wave"},
        {"status": LiveStatus(31, 48, 310, 12)},
        {"status": LiveStatus(30, 49, 310, 12)},
        {"status": LiveStatus(30, 48, 410, 12)},
        {"status": LiveStatus(30, 48, 310, 13)},
        {"status": LiveStatus(30, 48, 310, 12, recording=True)},
        {"status": LiveStatus(30, 48, 310, 12, paused=True)},
        {"status": LiveStatus(30, 48, 310, 12, notice="reconnecting, attempt 2")},
        {"help_lines": (("q", "quit"),)},
    ],
)
def test_everything_shown_can_be_seen_to_change(change: dict[str, object]) -> None:
    view = replace(VIEW, status=LiveStatus(30, 48, 310, 12))
    before, after = draw(plain(640, 480), view), draw(plain(640, 480), replace(view, **change))
    assert int(np.abs(before.astype(int) - after).max()) > 60


def test_warming_up_fills_the_bar() -> None:
    widths = []
    for share in (0.25, 0.75):
        view = OverlayView(warming_up=share)
        panel = cut(draw(plain(640, 480), view), drawn_parts(view, 640, 480)["panel"])
        widths.append((panel == UNSURE_COLOR).all(axis=-1).any(axis=0).sum())
    assert widths[1] == pytest.approx(3 * widths[0], rel=0.1)


def test_what_is_not_warming_up_does_not_say_so() -> None:
    views = (OverlayView(warming_up=None), OverlayView(warming_up=0.0))
    absent, warming = (draw(plain(640, 480), view) for view in views)
    assert (absent != warming).any()


def test_truth_mark_is_green_when_right_and_absent_when_unsure() -> None:
    def greens(label: str, truth: str) -> int:
        view = OverlayView(label=label, truth=truth)
        line = cut(draw(plain(640, 480), view), drawn_parts(view, 640, 480)["truth"]).astype(int)
        return int((line[..., 1] - line[..., 0] > 60).sum())

    assert greens("wave", "wave") > 10
    assert greens("clap", "wave") == 0
    assert greens(UNSURE, "wave") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: OverlayView(confidence=1.2),
        lambda: OverlayView(top=(("wave", float("nan")),)),
        lambda: OverlayView(warming_up=-0.5),
        lambda: TimelineView(0, 0),
        lambda: TimelineView(0, 20, ()),
        lambda: TimelineSpan(2, 1, "wave", 0.5),
        lambda: TimelineSpan(1, 2, "wave", 1.5),
    ],
)
def test_wrong_values_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"is |ends"):
        wrong()  # type: ignore[operator]
