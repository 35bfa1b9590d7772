"""Text on the picture: any Unicode label is named, measured, reordered and drawn."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.overlay import OverlayView, draw
from har_live.overlay.text import (
    ELLIPSIS,
    SEMIBOLD,
    advance,
    display_name,
    fit_text,
    ink,
    printable,
    visual_order,
)
from har_live.types import NONE, UNSURE


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("tennis_forehand", "Tennis forehand"),
        (NONE, "No action"),
        (UNSURE, "Unsure"),
        ("übergröße", "Übergröße"),
        ("жонглирование", "Жонглирование"),
        ("中文标签", "中文标签"),
        ("かな", "かな"),
        ("한국어", "한국어"),
        ("العربية", "العربية"),
        ("שלום_עולם", "שלום עולם"),
        ("🎾", "Tennis racquet and ball"),
        ("भांगड़ा", "भांगड़ा"),
        ("a\u0301b\tc\nd", "Áb c d"),
        ("\ud800x", "?x"),
        ("\u200b", "?"),
        ("__", "?"),
    ],
)
def test_any_unicode_label_has_a_name_and_ink(label: str, name: str) -> None:
    assert display_name(label) == name.replace("भांगड़ा", printable("भांगड़ा"))
    drawn = ink(display_name(label), 14, SEMIBOLD)
    assert drawn.mask.max() > 150
    assert drawn.mask[[0, -1]].max() == 0
    shown = draw(
        np.full((240, 320, 3), 128, np.uint8),
        OverlayView(label=label, truth=label, top=((label, 1.0),)),
    )
    assert shown.shape == (240, 320, 3)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("wave 12", "wave 12"),
        ("שלום עולם", "םלוע םולש"),
        ("שב 12 (שב)", "(בש) 12 בש"),
        ("go (שב) on", "go (בש) on"),
        ("12 שב", "בש 12"),
        ("שב 12%", "12% בש"),
        ("$5 שב", "בש $5"),
        ("abc (שב 12 go) on", "abc (12 בש go) on"),
        ("שב 12 (go) שב", "בש (go) 12 בש"),
        ("שָב", "בשָ"),
        ("שָׁלוֹם 5%", "5% םוֹלשָׁ"),
        ("سلامٌ", "مٌالس"),
        ("x\u0323 שב", "x\u0323 בש"),
        ("x\u0323שב", "x\u0323בש"),
    ],
)
def test_right_to_left_writing_is_reordered(text: str, seen: str) -> None:
    assert visual_order(text) == seen


def test_right_to_left_writing_is_drawn_reordered() -> None:
    last = ink("ש", 80, SEMIBOLD)
    end = ink("שלום", 80, SEMIBOLD).mask[:, last.inset - last.mask.shape[1] :]
    assert np.array_equal(end, last.mask[:, last.inset :])


def test_long_text_shrinks_and_is_then_cut_in_the_middle() -> None:
    text = "Playing the violin while riding a unicycle"
    natural = advance(text, 40, SEMIBOLD)
    assert fit_text(text, 40, SEMIBOLD, natural) == (text, 40)
    shrunk, size = fit_text(text, 40, SEMIBOLD, round(0.8 * natural))
    assert shrunk == text
    assert 28 <= size < 40
    short, size = fit_text(text, 40, SEMIBOLD, natural // 4)
    assert size == 28
    head, tail = short.split(ELLIPSIS)
    assert text.startswith(head)
    assert text.endswith(tail)
    assert abs(len(head) - len(tail)) <= 2
    assert 0.8 * natural // 4 < advance(short, size, SEMIBOLD) <= natural // 4
    assert fit_text(text, 40, SEMIBOLD, 1) == ("", 28)


def test_an_ellipsis_never_parts_a_letter_from_its_mark() -> None:
    text = "x\u0323" * 12
    widths = range(20, advance(text, 14, SEMIBOLD))
    # Eleven letters and an ellipsis are wider than twelve letters.
    cuts = {fit_text(text, 20, SEMIBOLD, width)[0] for width in widths}
    for cut in cuts:
        head, tail = cut.split(ELLIPSIS)
        assert head + tail == "x\u0323" * (len(head + tail) // 2)
        assert abs(len(head) - len(tail)) <= 2
    assert len(cuts) == 10


def test_names_that_begin_alike_stay_apart() -> None:
    names = ["Tennis backhand slice", "Tennis backhand volley", "Tennis backhand two hands"]
    room = advance(names[0], 20, SEMIBOLD) // 2
    assert len({fit_text(name, 20, SEMIBOLD, room)[0] for name in names}) == 3
