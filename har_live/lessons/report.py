"""What a lesson reached, on takes that were not learnt from: figures, and what to do about them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from har_live.label_names import readable
from har_live.lessons.calibration import Calibration, HeldTake, false_alarms, shown_labels
from har_live.types import NONE

if TYPE_CHECKING:
    from har_live.card import ModelCard
    from har_live.lessons.recordings import Recording
    from har_live.smoothing_spec import SmoothingSpec

FEW_TAKES = 4
MANY_MIXED = 0.2
"""Share of a label's takes that are taken for another one, from which on advice is due."""


@dataclass(frozen=True)
class Report:
    """The figures of a lesson; all counts are of takes, and plain values: the card keeps them."""

    takes: Mapping[str, int]
    """Label → takes that were learnt from."""
    people: tuple[str, ...]
    """Who did them, where it was said."""
    recorded_on: str
    """Day of the newest."""
    held_by: str
    """``person``, ``take``, or empty where nothing could be held out."""
    held: Mapping[str, int]
    """Action → takes that were held out."""
    right: Mapping[str, int]
    """Action → those of them that were named rightly."""
    mixed: tuple[tuple[str, str, int], ...]
    """What was done, what was said instead, how often; the most frequent first."""
    none_seconds: float
    """Held takes of ``none``, together."""
    alarms: int
    """Times that an action was shown in them."""

    @classmethod
    def of(
        cls,
        takes: Sequence[Recording],
        held: Sequence[HeldTake],
        calibration: Calibration,
        labels: Sequence[str],
        smoothing: SmoothingSpec,
        *,
        by: str,
    ) -> Report:
        """Judge held takes, each by the mean scores of its windows; ``none`` as live use does."""
        actions = [take for take in held if take.label != NONE]
        nothing = [take for take in held if take.label == NONE]
        said = [
            labels[int(calibration.probabilities(take.logits).mean(axis=0).argmax())]
            for take in actions
        ]
        pairs = Counter((take.label, answer) for take, answer in zip(actions, said, strict=True))
        shown = (shown_labels(take, calibration, labels, smoothing) for take in nothing)
        return cls(
            takes=dict(Counter(take.label for take in takes)),
            people=tuple(sorted({take.person for take in takes if take.person})),
            recorded_on=max(take.recorded_on for take in takes),
            held_by=by,
            held=dict(Counter(take.label for take in actions)),
            right={label: pairs[label, label] for label in dict.fromkeys(t.label for t in actions)},
            mixed=tuple(
                (label, answer, count)
                for (label, answer), count in pairs.most_common()
                if label != answer
            ),
            none_seconds=round(sum(float(take.ends_seconds[-1]) for take in nothing), 1),
            alarms=sum(false_alarms(one) for one in shown),
        )

    @classmethod
    def from_card(cls, card: ModelCard) -> Report | None:
        """Read the report of weights that were taught; None for others."""
        values = card.metrics.get("taught")
        if values is None:
            return None
        mixed = tuple((one, other, count) for one, other, count in values["mixed"])
        return cls(**{**values, "people": tuple(values["people"]), "mixed": mixed})

    @property
    def num_takes(self) -> int:
        return sum(self.takes.values())

    @property
    def alarms_an_hour(self) -> float | None:
        """False alarms; None where no ``none`` was held out."""
        return 3600 * self.alarms / self.none_seconds if self.none_seconds else None

    def to_values(self) -> dict[str, Any]:
        """Return plain values, for the card."""
        values: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return values

    def accuracy(self) -> str:
        """Say in one line what was reached."""
        if not self.held:
            return "not measured: too few takes to hold any out"
        text = (
            f"{sum(self.right.values())} of {sum(self.held.values())} takes named rightly, each by "
            f"a classifier that had not learnt that {self.held_by}"
        )
        if self.none_seconds:
            alarms = f"{self.alarms} false alarm{'' if self.alarms == 1 else 's'}"
            text += f"; {alarms} in {self.none_seconds:.0f} s of held none"
        return text

    def description(self, base: str) -> str:
        """Say in one line what they are."""
        actions = ", ".join(label for label in self.takes if label != NONE)
        by = f" by {', '.join(self.people)}" if self.people else ""
        return f"{actions}: taught{by} on {self.recorded_on}, {self.num_takes} takes, from {base}."

    def source(self) -> dict[str, str]:
        """Return what the card says of the data."""
        who = f"takes of {', '.join(self.people)}" if self.people else "own takes"
        return {
            "name": who,
            "licence": "the user's own",
            "use": f"{self.num_takes} takes, as joints",
        }

    def advice(self) -> str:
        """Say what helps most, in one line."""
        few = [label for label, count in self.takes.items() if count < FEW_TAKES and label != NONE]
        for label, answer, count in self.mixed:
            if count >= MANY_MIXED * self.held[label]:
                return self._of_mixed(label, answer, count)
        if NONE not in self.takes:
            return f"record {_named(NONE)}, too: people doing nothing special should raise no alarm"
        if few:
            num_takes = self.takes[few[0]]
            return f"record more of {_named(few[0])}: {num_takes} is few; 8 takes are usual"
        if self.alarms:
            return f"record more of {_named(NONE)}: what you do when you do none of these actions"
        if len(self.people) < 2:
            return "others than who was recorded are named better once they record takes, too"
        return "nothing was mixed up: go live with it"

    def _of_mixed(self, label: str, answer: str, count: int) -> str:
        if answer == NONE:
            held = self.held[label]
            return f"{_named(label)} is missed in {count} of {held}: record more, more clearly done"
        back = sum(n for one, other, n in self.mixed if (one, other) == (answer, label))
        total = self.held[label] + (self.held.get(answer, 0) if back else 0)
        return (
            f"{_named(label)} and {_named(answer)} are confused in {count + back} of {total}: "
            "record more, further apart"
        )


def _named(label: str) -> str:
    """Return a label as it stands in a sentence."""
    return f'"{readable(label)}"'


def readme_of(card: ModelCard, report: Report) -> str:
    """Write the ``README.md`` of taught weights."""
    rows = [
        f"| {readable(label)} | {count} | {_share(report, label)} |"
        for label, count in report.takes.items()
    ]
    return "\n".join(
        [
            f"# {card.name}",
            "",
            card.description,
            "",
            f"{card.accuracy[:1].upper()}{card.accuracy[1:]}.",
            "",
            "| action | takes | named rightly, held out |",
            "|---|---|---|",
            *rows,
            "",
            f"`har-live live --weights {card.name}`",
            "",
        ]
    )


def _share(report: Report, label: str) -> str:
    return f"{report.right[label]} of {report.held[label]}" if label in report.held else "–"
