"""Windows in which one action follows another: whose frames they hold, whose label is asked."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from training.learn.successions import LEAST_BEFORE, LEAST_FRAMES, succeeding  # noqa: E402

COUNT, LENGTH = 64, 16


@pytest.fixture(autouse=True)
def same_chance():
    with torch.random.fork_rng():
        torch.manual_seed(3)
        yield


def numbered() -> torch.Tensor:
    """(N, T, 2): every frame says whose it is and which."""
    rows = torch.arange(float(COUNT))[:, None].expand(COUNT, LENGTH)
    frames = torch.arange(float(LENGTH)).expand(COUNT, LENGTH)
    return torch.stack([rows, frames], dim=2)


def test_without_successions_nothing_changes():
    shown = succeeding(numbered(), 0.0)
    assert torch.equal(shown.features, numbered())
    rows, answers = shown.asked(LENGTH)
    assert rows.tolist() == answers.tolist() == list(range(COUNT))


def test_the_end_of_one_goes_on_with_a_part_of_the_other():
    shown = succeeding(numbered(), 1.0)
    assert (shown.begins > 0).sum() > COUNT * 0.9  # but those that would follow themselves
    for row, (begin, before) in enumerate(zip(shown.begins, shown.before, strict=True)):
        whose, frames = shown.features[row].long().T.tolist()
        assert whose == [int(before)] * begin + [row] * (LENGTH - begin)
        assert frames[:begin] == list(range(LENGTH - begin, LENGTH))
        first = frames[begin]
        assert frames[begin:] == list(range(first, first + LENGTH - begin))
        assert begin == 0 or LEAST_BEFORE <= begin <= LENGTH - LEAST_FRAMES


def test_about_the_share_that_was_asked_for():
    share = (succeeding(numbered(), 0.5).begins > 0).float().mean()
    assert 0.25 < share < 0.75


@pytest.mark.parametrize("count", [1, 8, 12, LENGTH])
def test_the_newest_action_is_asked_once_enough_of_it_is_seen(count):
    shown = succeeding(numbered(), 0.8)
    rows, answers = shown.asked(count)
    asked = dict(zip(rows.tolist(), answers.tolist(), strict=True))
    for row in range(COUNT):
        of_newest = shown.features[row, :count, 0]
        num_newest = int((of_newest == of_newest[-1]).sum())
        if num_newest == count or num_newest >= LEAST_FRAMES:
            assert asked[row] == int(of_newest[-1])
        else:
            assert row not in asked


def test_what_is_unknown_is_so_all_along():
    features = numbered()
    features[::2, :, 1] = torch.nan
    unknown = succeeding(features, 1.0).features[..., 1].isnan()
    assert torch.equal(unknown, features[..., 1].isnan())


def test_a_window_too_short_for_two_actions_is_left_as_it_is():
    features = numbered()[:, : LEAST_BEFORE + LEAST_FRAMES - 1]
    assert torch.equal(succeeding(features, 1.0).features, features)
