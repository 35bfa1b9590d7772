"""People on the picture: boxes, limbs, tags and rows; where they go, and how legible they are."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import cv2
import numpy as np
import pytest

from har_live.overlay import OverlayView, PersonView, TimelineRow, TimelineView, draw, draw_on
from har_live.overlay.layout import OverlayPart, parts
from har_live.overlay.people import box_in, face, tag
from har_live.overlay.style import Metrics, Rect, color_of
from har_live.overlay.tag_places import place
from har_live.overlay.timeline import track_box
from har_live.overlay.view import TimelineSpan
from har_live.types import UNSURE
from har_live.yuv import YuvImage, to_rgb
from tests.support.people_drawn import BOXES, LABELS, make_person

SIZES = [(640, 360), (1280, 720), (3840, 2160), (642, 362), (360, 640)]
DOING = ("wave", UNSURE, "clap", "none", "walk", "")


def seen(number: int, label: str, confidence: float = 0.8, **more: object) -> PersonView:
    person = make_person(number)
    values = {"joints": person.joints, "number": number, "is_picked": number == 1} | more
    return PersonView(person.box, label=label, confidence=confidence, **values)  # type: ignore[arg-type]


SIX = OverlayView(
    label="wave",
    confidence=0.8,
    top=(("wave", 0.8), ("clap", 0.1), ("walk", 0.1)),
    people=tuple(seen(number, label) for number, label in enumerate(DOING, 1)),
    timeline=TimelineView(
        100,
        20,
        tuple(
            TimelineRow((TimelineSpan(90, 95 + n, LABELS[n], 1.0),), n + 1, n == 0)
            for n in range(4)
        ),
    ),
    labels=LABELS,
)


def plain(width: int, height: int, value: int = 128) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def named(view: OverlayView, name: str, width: int, height: int) -> list[OverlayPart]:
    return [part for part in parts(view, Metrics.of(width, height)) if part.name == name]


def shared(one: Rect, other: Rect) -> int:
    across = min(one.right, other.right) - max(one.x, other.x)
    down = min(one.bottom, other.bottom) - max(one.y, other.y)
    return max(0, across) * max(0, down)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_six_people_have_six_tags_clear_of_each_other_and_of_faces(width: int, height: int) -> None:
    drawn = list(parts(SIX, Metrics.of(width, height)))
    tags = [part.box for part in drawn if part.name == "tag"]
    assert len(tags) == 6
    others = [part.box for part in drawn if part.name in ("panel", "timeline", "status")]
    faces = [face(person, Metrics.of(width, height)) for person in SIX.people]
    assert not any(shared(one, other) for one, other in combinations(tags, 2))
    for box in tags:
        assert 0 <= box.x < box.right <= width
        assert 0 <= box.y < box.bottom <= height
        assert box.height >= 14
        assert not any(shared(box, other) for other in others)
        assert sum(shared(box, other) for other in faces) < 0.1 * box.width * box.height


@pytest.mark.parametrize(("width", "height"), [(640, 360), (642, 362), (160, 120), (64, 48)])
@pytest.mark.parametrize("box", [(-0.2, -0.1, 1.3, 1.2), (0.95, 0.9, 1.5, 1.4), (0.3, 0.5, 0.3, 1)])
def test_nothing_of_people_leaves_its_part(width: int, height: int, box: tuple[float, ...]) -> None:
    person = replace(seen(1, "wave"), box=box, joints=make_person(1, box).joints)
    view = replace(SIX, people=(person, *SIX.people[1:]))
    noise = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    changed = (draw(noise, view) != noise).any(axis=-1)
    outside = np.ones((height, width), bool)
    for part in parts(view, Metrics.of(width, height)):
        area = part.box
        outside[max(0, area.y) : max(0, area.bottom), max(0, area.x) : max(0, area.right)] = False
        if part.name in ("frame", "tag"):
            assert 0 <= area.x <= area.right <= width
            assert 0 <= area.y <= area.bottom <= height
    assert not (changed & outside).any()


def test_a_box_is_where_the_person_is_in_the_colour_of_what_they_do() -> None:
    view = OverlayView(people=(seen(3, "clap", joints=None),), labels=LABELS)
    picture = draw(plain(1280, 720), view)
    rows, columns = np.nonzero((picture == color_of("clap", LABELS)).all(axis=-1))
    left, _, right, bottom = BOXES[2]
    assert columns.min() == pytest.approx(left * 1280, abs=2)
    assert columns.max() + 1 == pytest.approx(right * 1280, abs=2)
    assert rows.max() + 1 == pytest.approx(bottom * 720, abs=2)
    middle = picture[400, columns.min() + 10 : columns.max() - 10]
    assert (middle == 128).all()


def test_limbs_join_the_joints_that_were_seen() -> None:
    def drawn(person: PersonView) -> np.ndarray:
        alone = replace(person, label="", box=(0.0, 0.0, 0.0, 0.0), number=0)
        picture = draw(plain(1280, 720), OverlayView(people=(alone,), labels=LABELS))
        bare = draw(plain(1280, 720), OverlayView(labels=LABELS))
        return (picture != bare).any(axis=-1)

    person = seen(3, "wave")
    joints = person.joints
    assert joints is not None
    whole = drawn(person)
    for one, other in [(1, 3), (3, 5), (8, 10), (1, 2), (7, 8), (2, 8)]:
        x, y = (joints[one, :2] + joints[other, :2]) / 2 * (1280, 720)
        assert whole[round(float(y)), round(float(x))], (one, other)
    lost = joints.copy()
    lost[5, 2] = 0.19  # the left wrist
    without = drawn(replace(person, joints=lost))
    x, y = (joints[3, :2] + joints[5, :2]) / 2 * (1280, 720)
    assert not without[round(float(y)), round(float(x))]
    assert (without <= whole).all()
    assert 0 < without.sum() < whole.sum()
    assert not drawn(replace(person, joints=None)).any()
    lost[:, 2] = 0
    assert not drawn(replace(person, joints=lost)).any()


def test_a_tag_says_what_and_how_sure_but_no_figure_of_unsure() -> None:
    metrics = Metrics.of(1280, 720)

    def ink(label: str, confidence: float, *, has_number: bool = False) -> np.ndarray:
        person = seen(2, label, confidence)
        canvas = tag(person, LABELS, metrics, has_number=has_number)
        return np.zeros((0, 0, 3), np.uint8) if canvas is None else canvas.color

    assert not np.array_equal(ink("wave", 0.8), ink("wave", 0.3))
    assert np.array_equal(ink(UNSURE, 0.8), ink(UNSURE, 0.3))
    assert ink("wave", 0.8).shape == ink("wave", 0.05).shape  # it does not tremble
    assert ink("wave", 0.8).shape[1] < ink("wave", 0.8, has_number=True).shape[1]
    assert ink("", 0.0).size == 0
    assert ink("", 0.0, has_number=True).size > 0  # whose first window is filling has a number


def test_one_person_needs_no_number() -> None:
    one = OverlayView(people=(seen(1, "wave"),), labels=LABELS)
    assert not one.has_numbers
    assert SIX.has_numbers
    two_rows = replace(one, timeline=TimelineView(9, 20, (TimelineRow(), TimelineRow())))
    assert two_rows.has_numbers


def test_the_person_picked_can_be_told() -> None:
    others = [replace(person, is_picked=person.number == 3) for person in SIX.people]
    first, third = draw(plain(640, 360), SIX), draw(plain(640, 360), replace(SIX, people=others))
    changed = np.flatnonzero((first != third).any(axis=(0, 2)))
    for number in (1, 3):
        box = box_in(SIX.people[number - 1], Metrics.of(640, 360))
        assert ((changed >= box.x) & (changed < box.right)).sum() > 20


def test_each_row_of_the_timeline_shows_its_person() -> None:
    (part,) = named(SIX, "timeline", 1280, 720)
    picture = draw(plain(1280, 720), SIX)
    strip = picture[part.box.y : part.box.bottom, part.box.x : part.box.right]
    metrics = Metrics.of(1280, 720)
    tracks = [track_box(20, metrics, row, 4) for row in range(4)]
    assert part.box.height < 0.2 * 720
    for row, track in enumerate(tracks):
        line = strip[track.bottom - 3, track.x : track.right]
        columns = np.flatnonzero((line == color_of(LABELS[row], LABELS)).all(axis=-1))
        assert columns[0] == pytest.approx(track.width / 2, abs=2)
        assert columns[-1] + 1 == pytest.approx(track.width * (15 + row) / 20, abs=4)
    assert all(one.bottom < other.y for one, other in pairwise(tracks))


@pytest.mark.parametrize("size", [(640, 360), (642, 362), (1280, 720)])
def test_people_are_the_same_on_both_kinds_of_picture(size: tuple[int, int]) -> None:
    width, height = size
    view = replace(SIX, timeline=None)
    expected = draw(plain(width, height), view).astype(int)
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = 16 + round(128 * 219 / 255)  # grey 128
    image = YuvImage(planes, "bt709")
    draw_on(image, view)
    y, u, v = image.split()
    doubled = [np.repeat(np.repeat(plane, 2, 0), 2, 1) for plane in (u, v)]
    found = to_rgb(np.dstack([y, *doubled]), "bt709").astype(int)
    grey = [picture.mean(axis=-1) for picture in (found, expected)]
    assert np.sqrt(np.mean((grey[0] - grey[1]) ** 2)) < 4
    # The boxes' lines are the same pixel for pixel, in colour, too.
    box = box_in(view.people[2], Metrics.of(width, height))
    side = slice(box.y + box.height // 3, box.bottom - box.height // 4)
    for x in (box.x, box.right - 2):
        np.testing.assert_allclose(found[side, x : x + 2], expected[side, x : x + 2], atol=4)


def test_a_mirror_turns_boxes_and_limbs_and_no_text() -> None:
    person = seen(1, "wave")
    view = replace(SIX, people=(person,), timeline=None)
    mirrored = view.mirrored()
    left, top, right, bottom = person.box
    assert mirrored.people[0].box == pytest.approx((1 - right, top, 1 - left, bottom))
    bare = replace(person, label="", number=0)
    picture = draw(plain(640, 360), OverlayView(people=(bare,)))
    turned = draw(plain(640, 360), OverlayView(people=(bare,)).mirrored())
    below = slice(140, 360)  # the panel stays where it is
    blurred = [cv2.blur(image[below], (5, 5)) for image in (picture[:, ::-1], turned)]
    assert np.abs(blurred[0].astype(int) - blurred[1]).max() < 60  # to a pixel
    assert (np.abs(turned[below].astype(int) - 128).max(axis=-1) > 60).mean() > 0.005
    assert np.array_equal(person.joints, make_person(1).joints)
    assert draw(plain(640, 360), mirrored)[:90, :190].tobytes() == (
        draw(plain(640, 360), replace(view, people=()))[:90, :190].tobytes()
    )


def test_a_tag_that_finds_no_place_is_left_out() -> None:
    room = Rect(0, 0, 100, 20)
    person = Rect(0, 0, 100, 20)
    first = place(90, 18, person, room, taken=[], faces=[])
    assert first is not None
    assert place(90, 18, person, room, taken=[first], faces=[]) is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: PersonView((0.5, 0.0, 0.4, 1.0)),
        lambda: PersonView((0.1, 0.5, 0.4, 0.4)),
        lambda: PersonView((0.0, 0.0, 1.0, 1.0), confidence=1.2),
    ],
)
def test_wrong_people_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="is "):
        wrong()  # type: ignore[operator]
