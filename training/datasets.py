"""The data sets that the shipped weights learn from: a row each, and nowhere else.

``clips`` are films whose joints are found by our own finder; ``recorded`` are movements recorded as
joints (``skeletons/recorded.npz``, ``msr_action3d.npz``, ``bandai_namco.npz``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from har_live.types import NONE
from training.labels import LEFT_OUT, RENAMED


@dataclass(frozen=True, slots=True)
class Dataset:
    """An origin of takes, and what may be done with them."""

    name: str
    kind: Literal["clips", "recorded"]
    origin: str
    licence: str
    renamed: Mapping[str, str | None] = field(default_factory=dict)
    """Its labels → ours, where they differ."""
    shows: Mapping[str, str | None] = field(default_factory=dict)
    """File names of clips without their suffix → our labels, where a clip shows something else than
    its label says."""
    fps: float | None = None
    """Frames a second, where the recorded rate is a wrong guess: sitting down lasts 0.8 s in
    ``nw_ucla`` as it is stored, 3.9 s in ``utkinect``, and 1 to 2 s elsewhere."""


_MSR: Mapping[str, str | None] = {
    "high_arm_wave": "wave",
    "horizontal_arm_wave": "wave",
    "two_hand_wave": "wave",
    "hand_clap": "clap",
    "forward_punch": "punch",
    "side_boxing": "punch",
    "forward_kick": "kick",
    "side_kick": "kick",
    "high_throw": "throw",
    "pickup_and_throw": LEFT_OUT,
    "bend": "bow",
    "jogging": "run",
    "draw_x": "draw_in_air",
    "draw_tick": "draw_in_air",
    "draw_circle": "draw_in_air",
    "hand_catch": NONE,
    "hammer": NONE,
}
_BANDAI: Mapping[str, str | None] = {
    "wave_left_hand": "wave",
    "wave_right_hand": "wave",
    "wave_both_hands": "wave",
    "bye": "wave",
    "byebye": "wave",
    "raise_up_left_hand": "raise_hands",
    "raise_up_right_hand": "raise_hands",
    "raise_up_both_hands": "raise_hands",
    "dance_short": "dance",
    "dash": "run",
    "walk_back": "walk",
    "walk_left": "walk",
    "walk_right": "walk",
    "walk_turn_left": LEFT_OUT,  # two seconds may show walking or turning
    "walk_turn_right": LEFT_OUT,
    "slash": LEFT_OUT,
    "guide": NONE,
    "call": NONE,
    "respond": NONE,
}

_RESEARCH = "none stated; research use"

DATASETS: tuple[Dataset, ...] = (
    Dataset(
        "arid-dark",
        "clips",
        "ARID, by way of Kexueyi/EE6222-MV",
        _RESEARCH,
        {"sit": "sit_down", "stand": "stand_up"},  # the movements, not the postures
    ),
    Dataset(
        "surv-fight",
        "clips",
        "seymanurakti/fight-detection-surv-dataset",
        "MIT",
    ),
    Dataset(
        "tennis-strokes",
        "clips",
        "Nelijahk/3DCNN-Tennis-Action-Recognition",
        "none stated",
    ),
    Dataset("yoga-asanas", "clips", "DarshilPungalia/Major-Project", "none stated"),
    Dataset(
        "bedfall-synthetic",
        "clips",
        "KuanTingWu-nci/T2V-Bed-Fall-Detection-Dataset, AI-generated",
        "CC-BY-4.0",
    ),
    Dataset("office-signs", "clips", "intel-iot-devkit/sample-videos", "CC-BY-4.0"),
    Dataset(
        "background",
        "clips",
        "intel-iot-devkit/sample-videos",
        "CC-BY-4.0",
        shows={
            "face-demographics-walking": "walk",
            "face-demographics-walking-and-pause": LEFT_OUT,
            "store-aisle-detection": LEFT_OUT,  # some walk, some reach for a shelf
            "worker-zone-detection": "walk",
        },
    ),
    Dataset("falls", "clips", "UP-Fall, UR Fall and single films", _RESEARCH),
    Dataset("fitness", "clips", "home and stock workout films of 20 repositories", _RESEARCH),
    Dataset("push-ups", "clips", "riyer8/cs231n-pushfit", _RESEARCH),
    Dataset("signs", "clips", "sign language films of eight repositories", _RESEARCH),
    Dataset("penn_action", "recorded", "Penn Action, annotated by hand", _RESEARCH),
    Dataset("jhmdb", "recorded", "J-HMDB, annotated by hand", "CC-BY"),
    Dataset("carosello_cctv", "recorded", "shop cameras", _RESEARCH),
    Dataset("urfd", "recorded", "UR Fall, joints", _RESEARCH, {"urfd:before_fall": "walk"}),
    Dataset("pushfit", "recorded", "push-ups, joints", _RESEARCH),
    Dataset(
        "webcam_miai",
        "recorded",
        "long takes before webcams",
        _RESEARCH,
        {
            "webcam_miai:other_false_posture": NONE,
            "webcam_miai:other_right_posture": NONE,
            "webcam_miai:other_headnodding": NONE,
        },
    ),
    Dataset(
        "webcam_mediapipe",
        "recorded",
        "seated takes before webcams",
        _RESEARCH,
        {
            "webcam_mediapipe:gesture_left": "swipe",
            "webcam_mediapipe:gesture_right": "swipe",
            "webcam_mediapipe:gesture_stop": "stop_sign",
            **{
                f"webcam_mediapipe:{name}": NONE
                for name in (
                    "gesture_up",
                    "gesture_down",
                    "gesture_backward",
                    "gesture_forward",
                    "gesture_666",
                    "gesture_scissor",
                    "gesture_seven",
                    "gesture_sunba",
                    "mouse_on",
                    "mouse_off",
                    "hand_on_throat",
                    "hand_on_chest",
                )
            },
        },
    ),
    Dataset("dbcsp_openpose", "recorded", "people before a robot", _RESEARCH),
    Dataset(
        "berkeley_mhad",
        "recorded",
        "Berkeley MHAD, motion capture",
        "BSD-2-Clause",
        {"bend": LEFT_OUT},  # hands are raised high and then brought to the floor
    ),
    Dataset(
        "hdm05",
        "recorded",
        "HDM05, motion capture",
        "CC-BY-SA 3.0",
        {"hdm05:grab_high": NONE, "hdm05:elbow_to_knee": NONE, "arm_circles": NONE},
    ),
    Dataset("cheo_dance", "recorded", "dances, motion capture", _RESEARCH),
    Dataset("cmu_iclone", "recorded", "CMU, motion capture", _RESEARCH),
    Dataset(
        "kard",
        "recorded",
        "KARD, depth camera",
        _RESEARCH,
        {"kard:catch_cap": NONE, "kard:take_umbrella": NONE},
    ),
    Dataset(
        "utd_mhad",
        "recorded",
        "UTD-MHAD, depth camera",
        _RESEARCH,
        {"utd_mhad:knock": NONE, "utd_mhad:pickup_and_throw": LEFT_OUT},
    ),
    Dataset(
        "nw_ucla",
        "recorded",
        "Northwestern-UCLA, depth cameras",
        "CC-BY-NC 4.0",
        {"nw_ucla:donning": "dress", "nw_ucla:doffing": "dress", "nw_ucla:drop_trash": NONE},
        fps=5.0,
    ),
    Dataset(
        "utkinect",
        "recorded",
        "UTKinect, depth camera",
        _RESEARCH,
        {"utkinect:pull": NONE},
        fps=22.0,
    ),
    Dataset(
        "cad60",
        "recorded",
        "CAD-60, depth camera",
        _RESEARCH,
        {
            "cad60:random": NONE,
            "cad60:wearing_contact_lenses": NONE,
            "cad60:opening_pill_container": NONE,
            "cad60:rinsing_mouth_with_water": LEFT_OUT,
        },
    ),
    Dataset("cdta", "recorded", "gestures to a robot, depth camera", _RESEARCH),
    Dataset(
        "sbu",
        "recorded",
        "SBU Kinect Interaction",
        _RESEARCH,
        {
            f"sbu:{name}": NONE
            for name in (
                "exchange_object",
                "approach_receive",
                "depart_receive",
                "push_receive",
                "kick_receive",
                "punch_receive",
            )
        },
    ),
    Dataset(
        "gtu_action3d",
        "recorded",
        "GTU Action 3D, depth camera",
        _RESEARCH,
        {
            "gtu_action3d:sit_and_clap": "clap",
            "gtu_action3d:eight_step": LEFT_OUT,
            **{
                f"gtu_action3d:{name}": NONE
                for name in (
                    "waist_stretch",
                    "neck_relaxation",
                    "one_step_left_right",
                    "bend_leg",
                    "stand_on_stool",
                    "lower_back",
                    "open_close_arms",
                )
            },
        },
    ),
    Dataset(
        "jeslie_kinect",
        "recorded",
        "everyday actions, depth camera",
        _RESEARCH,
        {"jeslie_kinect:hands_before_chest": NONE},
    ),
    Dataset("msr-action3d", "recorded", "MSR Action3D, depth camera", "research use", _MSR),
    Dataset(
        "bandai-namco",
        "recorded",
        "Bandai Namco Research Motion Dataset 1 and 2",
        "CC-BY-NC-4.0",
        _BANDAI,
    ),
)
BY_NAME: Mapping[str, Dataset] = {dataset.name: dataset for dataset in DATASETS}


def our_label(dataset: str, label: str, name: str = "") -> str | None:
    """Translate a data set's label into ours; None where its takes teach nothing.

    A label that only one recorded source has (``source:word``) and that has no name here is left
    out.

    Args:
        name: of the take, or a clip's path: some show something else than their label says.
    """
    row = BY_NAME.get(dataset)
    if row is None:
        return RENAMED.get(label, label)
    if (stem := PurePosixPath(name).stem) in row.shows:
        return row.shows[stem]
    renamed = row.renamed.get(label, RENAMED.get(label, label))
    return None if renamed is not None and ":" in renamed else renamed
