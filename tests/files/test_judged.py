"""What is said of a label where the truth is known."""

from __future__ import annotations

from har_live.files.judged import Judged


def judged(*frames: tuple[str, str | None], fps: float = 10.0) -> Judged:
    """Frames as (truth, shown)."""
    result = Judged()
    for number, (truth, shown) in enumerate(frames):
        result.update(number / fps, truth, shown)
    return result


def test_an_action_counts_once_and_its_delay_is_from_its_start():
    waving = [("wave", "unsure"), ("wave", "wave"), ("wave", "unsure"), ("wave", "wave")]
    result = judged(("none", "none"), *waving, ("none", "wave"))
    assert result.num_actions == 1
    assert result.delays_seconds == [0.1]
    assert (result.num_frames, result.num_right, result.num_unsure) == (6, 3, 2)


def test_a_label_that_stands_from_before_is_no_delay():
    assert judged(("none", "wave"), ("wave", "wave")).delays_seconds == [0.0]


def test_late_labels_name_nothing():
    result = judged(("wave", "none"), ("clap", "wave"), ("clap", "wave"))
    assert (result.num_actions, result.delays_seconds) == (2, [])
    assert str(result) == ("named 0 of 2 actions; the label was right 0% of the time and unsure 0%")


def test_frames_before_the_first_label_are_not_judged():
    result = judged(("wave", None), ("wave", "wave"), ("none", "unsure"))
    assert str(result) == (
        "named 1 of 1 actions, half of them within 0.1 s; "
        "the label was right 50% of the time and unsure 50%"
    )
