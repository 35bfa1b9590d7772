"""Damaged videos without number, each given to ``predict`` and ``annotate``.

    python -m tests.fuzz_media --count 10000

Ten small formats are made, cut, flipped, spliced and given wrong headers, by a seed and a number:
the same two make the same file again. Batches run in child processes, so that one that crashes or
hangs is seen, named and passed over. Whatever the file: an answer or a ``HarLiveError``, and no
output that is half-written.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Self

import av

from har_live.errors import HarLiveError
from har_live.files.annotate import annotate
from har_live.files.recognize import predict
from har_live.recognizer import Recognizer
from tests.support.make_media import make_clip
from tests.support.weights_made import make_weights

CPU_SECONDS = 10
"""What a file may take of the processor: other work on the machine doesn't count."""
WAIT_SECONDS = 120
"""Without a word from a child for so long, and with next to no work done meanwhile, it waits for
something that never comes."""
LEAST_WORK_SECONDS = 0.5
"""Of the processor, in that time: less than an import takes, however little of it is left."""
MAX_BYTES = 8 * 2**30
"""Of a child's address space, most of which the libraries reserve and never use."""
BATCH = 100
STEADY = tuple(index / 10 for index in range(16))
FORMATS: dict[str, dict[str, object]] = {
    "a.mp4": {"sound": True},
    "b.mov": {"rotation": 90},
    "c.mkv": {"sound": True, "metadata": {"title": "Made"}},
    "d.webm": {"sound": True},
    "e.avi": {"sound": True},
    "f.ts": {"sound": True},
    "g.gif": {},
    "h.h264": {},
    "i.mpg": {
        "codec": "mpeg2video",
        "options": {"flags": "+ildct+ilme"},
        "time_base": Fraction(1, 25),
    },
    "j.mp4": {"container_options": {"movflags": "frag_keyframe+empty_moov"}, "codec": "mjpeg"},
}
"""Names of the files that are damaged, and how ``make_clip`` makes them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that was not dealt with as promised."""

    number: int
    what: str


def make_seeds(folder: Path) -> list[Path]:
    """The ten whole files."""
    seeds = []
    for name, how in FORMATS.items():
        seeds.append(make_clip(folder / name, pts_seconds=STEADY, **how))  # type: ignore[arg-type]
    return seeds


def mutant(seeds: Sequence[Path], seed: int, number: int) -> tuple[bytes, str]:
    """The content and the suffix of the damaged file of that number."""
    chance = random.Random(f"{seed}/{number}")
    first, second = chance.sample(seeds, 2)
    data = bytearray(first.read_bytes())
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        damage = chance.choice(DAMAGES)
        data = damage(data, second.read_bytes(), chance)
    suffix = second.suffix if chance.random() < 0.1 else first.suffix
    return bytes(data), suffix


def _cut(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    return data[: chance.randint(0, len(data))]


def _flip_bits(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 4, 32, 256))):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def _flip_in_head(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    head, tail = data[:1500], data[-1500:]
    if chance.random() < 0.5:
        return _flip_bits(head, other, chance) + data[1500:]
    return data[:-1500] + _flip_bits(tail, other, chance)


def _overwrite_number(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    """A size, a count or a time becomes an extreme one."""
    for _ in range(chance.choice((1, 3))):
        at = chance.randrange(max(1, len(data)))
        extreme = chance.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, chance.getrandbits(32)))
        data[at : at + 4] = extreme.to_bytes(4, chance.choice(("big", "little")))
    return data


def _splice(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    return data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]


def _take_head_of_other(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    length = chance.choice((4, 16, 64, 512))
    return bytearray(other[:length]) + data[length:]


def _move_piece(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    start, end, to = sorted(chance.randint(0, len(data)) for _ in range(3))
    return data[:start] + data[end:to] + data[start:end] * chance.choice((0, 1, 2)) + data[to:]


def _blank_piece(data: bytearray, other: bytes, chance: random.Random) -> bytearray:
    start, end = sorted(chance.randint(0, len(data)) for _ in range(2))
    data[start:end] = bytes([chance.choice((0, 0xFF))]) * (end - start)
    return data


Damage = Callable[[bytearray, bytes, random.Random], bytearray]
DAMAGES: tuple[Damage, ...] = (
    _cut,
    _flip_bits,
    _flip_in_head,
    _flip_in_head,
    _overwrite_number,
    _splice,
    _take_head_of_other,
    _move_piece,
    _blank_piece,
)


def fuzz(
    weights: Path, seeds: Path, *, count: int, seed: int, first: int = 0
) -> Iterator[Fault | None]:
    """For each file its fault, or None.

    Args:
        weights: a weights folder; the smaller the network, the sooner it is done.
        seeds: the folder of the whole files.
    """
    number, end = first, first + count
    while number < end:
        for said in _child(weights, seeds, seed, number, min(end, number + BATCH)):
            yield None if said is None else Fault(number, said)
            number += 1


def _child(weights: Path, seeds: Path, seed: int, first: int, end: int) -> Iterator[str | None]:
    """What a child says of the files up to ``end``, or up to one that ends it."""
    command = [sys.executable, "-m", "tests.fuzz_media", "--child"]
    command += [str(weights), str(seeds), str(seed), str(first), str(end)]
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert child.stdout is not None
        try:
            for _ in range(first, end):
                with Watch(child) as watch:
                    line = child.stdout.readline()
                if not line:
                    yield _ending(child.wait(), watch.has_waited, errors)
                    return
                yield json.loads(line)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()


class Watch:
    """Kills a child that is silent and does nothing; one that is merely starved goes on."""

    def __init__(self, child: subprocess.Popen[str], seconds: float = WAIT_SECONDS) -> None:
        self.has_waited = False
        self._child, self._seconds = child, seconds
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="fuzz-watch")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        done_before = work_seconds(self._child.pid)
        while not self._is_over.wait(self._seconds):
            done = work_seconds(self._child.pid)
            if done - done_before < LEAST_WORK_SECONDS:
                self.has_waited = True
                self._child.kill()
                return
            done_before = done


def work_seconds(pid: int) -> float:
    """What a process has had of the processor so far; 0 where the system doesn't say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ending(code: int, has_waited: bool, errors) -> str:  # type: ignore[no-untyped-def]
    if has_waited:
        return f"hangs for {WAIT_SECONDS} s"
    if code == -signal.SIGPROF:
        return f"keeps the processor busy for {CPU_SECONDS} s"
    errors.seek(0)
    return f"ends the process with {code}: {errors.read()[-2000:]}"


def _be_child(weights: Path, folder: Path, seed: int, first: int, end: int) -> None:
    recognizer = Recognizer(weights, device="cpu")
    seeds = [folder / name for name in FORMATS]
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    for number in range(first, end):
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)  # what it ends in kills the process
        with tempfile.TemporaryDirectory() as scratch:
            said = _try(recognizer, seeds, seed, number, Path(scratch))
        print(json.dumps(said), flush=True)


def _try(
    recognizer: Recognizer, seeds: Sequence[Path], seed: int, number: int, scratch: Path
) -> str | None:
    content, suffix = mutant(seeds, seed, number)
    path = scratch / f"in{suffix}"
    path.write_bytes(content)
    out = scratch / "out"
    out.mkdir()
    video = out / ("out.mkv" if number % 3 == 0 else "out.mp4")
    try:
        try:
            predict(path, recognizer)
        except HarLiveError:
            annotate_is_refused = True
        else:
            annotate_is_refused = False
        try:
            result = annotate(path, recognizer, sinks=[video, out / "out.jsonl"])
        except HarLiveError as error:
            left = os.listdir(out)
            return f"{error}; leaves {left}" if left or not annotate_is_refused else None
        return _half_written(video, out / "out.jsonl", result.num_frames)
    except Exception:
        return traceback.format_exc()


def _half_written(video: Path, events: Path, num_frames: int) -> str | None:
    """What is wrong with the files of a run that went well."""
    left = {path.name for path in video.parent.iterdir()}
    if left != {video.name, events.name}:
        return f"leaves {left}"
    for line in events.read_text("utf-8").splitlines():
        json.loads(line)
    with av.open(video) as written:
        num_written = sum(1 for _ in written.decode(video=0))
    # A pause that MP4 can't count is filled.
    return f"{num_written} of {num_frames} frames" if num_written < num_frames else None


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        weights, seeds, *numbers = sys.argv[2:]
        _be_child(Path(weights), Path(seeds), *map(int, numbers))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000, help="files, default 10000")
    parser.add_argument("--seed", type=int, default=0, help="of all of them, default 0")
    parser.add_argument("--first", type=int, default=0, help="number of the first, default 0")
    parser.add_argument("--keep", type=Path, help="folder for the files with faults")
    wishes = parser.parse_args()
    num_faults = 0
    with tempfile.TemporaryDirectory() as folder:
        weights = make_weights(Path(folder) / "weights", "lrcn")
        seeds = make_seeds(Path(folder))
        found = fuzz(
            weights.folder, Path(folder), count=wishes.count, seed=wishes.seed, first=wishes.first
        )
        for number, fault in enumerate(found, wishes.first):
            if number % 100 == 0:
                print(f"{number}: {num_faults} faults so far", flush=True)
            if fault is None:
                continue
            num_faults += 1
            print(f"{fault.number}: {fault.what}", flush=True)
            if wishes.keep is not None:
                content, suffix = mutant(seeds, wishes.seed, fault.number)
                wishes.keep.mkdir(exist_ok=True)
                (wishes.keep / f"{fault.number}{suffix}").write_bytes(content)
    print(f"{wishes.count} files, {num_faults} faults")
    sys.exit(1 if num_faults else 0)


if __name__ == "__main__":
    main()
