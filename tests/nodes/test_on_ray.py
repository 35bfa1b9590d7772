"""Archives and cameras on a real Ray cluster of two nodes, one of which is killed."""

from __future__ import annotations

import logging
import os
import re
import signal
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from har_live.archive.run import ArchiveSettings, archive
from har_live.archive.videos import find_videos
from har_live.archive.work import WorkSettings
from har_live.errors import BackendError
from har_live.fleet.cameras import read_cameras
from har_live.fleet.prometheus import Metrics, served
from har_live.fleet.run import FleetSettings, FleetStatus, lead
from har_live.fleet.watcher import Watcher
from har_live.nodes.connection import connected
from har_live.nodes.packed_recognizer import PackedRecognizer, packed
from har_live.sources import SourceSettings
from tests.support.archive_made import (
    NAMES,
    Rows,
    make_acting_weights,
    make_archive,
    segments_in,
    segments_one_by_one,
)
from tests.support.network_sinks import free_port
from tests.support.ray_made import RayCluster, ray_cluster, wait_until_works
from tests.support.servers.rtsp import RtspServer


def most_seconds_without_labels() -> float:
    """Ten, unless the machine has so much else to do that a process takes seconds to begin."""
    return 10 if os.getloadavg()[0] < 3 * (os.cpu_count() or 1) else 40


@pytest.fixture(scope="module")
def cluster():
    with ray_cluster() as made:
        yield made


@pytest.fixture(scope="module")
def recognizer(small_weights, tmp_path_factory) -> PackedRecognizer:
    folder = tmp_path_factory.mktemp("weights") / "acting"
    return packed(
        make_acting_weights(small_weights("lrcn"), folder), {"runtime": "onnx", "device": "cpu"}
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive") / "in")


@pytest.fixture(scope="module")
def expected(folder, recognizer) -> Rows:
    return segments_one_by_one(folder, recognizer)


def test_an_archive_whose_node_is_killed(
    cluster: RayCluster, folder, recognizer, expected, tmp_path
):
    done: list[str] = []

    def kill_it(outcome) -> None:
        done.append(outcome.video.path)
        if len(done) == 1:
            wait_until_works(node, "look_at")
            cluster.kill(node)

    settings = ArchiveSettings(ray_address=cluster.address, work=WorkSettings(patience_seconds=60))
    with cluster.second_node() as node:
        archived = archive(
            find_videos(str(folder)), tmp_path, recognizer, settings=settings, on_done=kill_it
        )
    assert sorted(done) == NAMES
    assert (archived.num_videos, archived.num_broken) == (5, 1)
    assert segments_in(tmp_path) == expected


def test_what_no_node_can_do_ends_the_run(cluster: RayCluster, folder, recognizer, tmp_path):
    videos = find_videos(str(folder / "a.mp4"))
    cuda = PackedRecognizer(
        recognizer.files, {"runtime": "onnx", "device": "cuda"}, "acting", recognizer.labels
    )
    settings = ArchiveSettings(ray_address=cluster.address)
    with pytest.raises(BackendError, match="cuda was asked for, but this ONNX Runtime has no"):
        archive(videos, tmp_path / "cuda", cuda, settings=settings)
    nowhere = ArchiveSettings(ray_address="nonsense")
    with pytest.raises(BackendError, match=r"at nonsense takes us.*set RAY_AUTH_MODE"):
        archive(videos, tmp_path / "nowhere", recognizer, settings=nowhere)
    gone = ArchiveSettings(ray_address=f"127.0.0.1:{free_port()}")
    with pytest.raises(BackendError, match=r"at 127.0.0.1:\d+ takes us: Connection refused"):
        archive(videos, tmp_path / "gone", recognizer, settings=gone)


def test_an_archive_beside_a_fleet_says_that_it_waits(
    cluster: RayCluster, folder, recognizer, expected, tmp_path
):
    """For the only core, until the fleet that has it ends."""
    import ray

    said: list[str] = []
    logger = logging.getLogger("har_live.archive.ray_workers")
    name = {"name": "fleet", "namespace": "har-live"}
    with connected(cluster.address):
        fleet = ray.remote(num_cpus=1)(Watcher).options(lifetime="detached", **name)
        ray.get(fleet.remote(recognizer, SourceSettings()).tend.remote([]))

    def end_the_fleet(record: logging.LogRecord) -> bool:
        said.append(record.getMessage())
        ray.kill(ray.get_actor(**name))
        return True

    logger.addFilter(end_the_fleet)
    try:
        videos = find_videos(str(folder / "a.mp4"))
        archive(videos, tmp_path, recognizer, settings=ArchiveSettings(ray_address=cluster.address))
    finally:
        logger.removeFilter(end_the_fleet)
    assert [line[:37] for line in said] == ["no core of the Ray cluster is free; w"]
    assert segments_in(tmp_path) == {"a.mp4": expected["a.mp4"]}


def test_cameras_whose_node_is_killed(cluster: RayCluster, recognizer, tmp_path):
    """Four of them, on both nodes: those of the dead one are seen on the other soon."""
    killed_seconds = back_seconds = 0.0
    moved: set[str] = set()
    pages: list[str] = []
    metrics = Metrics()
    names = [f"camera-{number}" for number in range(4)]

    def on_status(status: FleetStatus) -> None:
        nonlocal killed_seconds, back_seconds
        metrics.status = status
        by_name = {camera.name: (camera, on) for camera, on in status.cameras}
        seen = {n for n, (camera, _) in by_name.items() if camera.num_predictions > 1}
        if not killed_seconds and seen == set(names):
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as page:
                pages.append(page.read().decode())
            assert [n.num_cameras for n in status.nodes] in ([1, 3], [2, 2], [3, 1])  # as measured
            second = f"-{node.node_id[:4]}"
            moved.update(n for n, (_, on) in by_name.items() if on and on.endswith(second))
            cluster.kill(node)
            killed_seconds = time.monotonic()
        elif killed_seconds and status.num_moves == len(moved) and seen == set(names):
            assert len({on for _, on in by_name.values()}) == 1
            back_seconds = time.monotonic()
            os.kill(os.getpid(), signal.SIGINT)

    with RtspServer() as server, cluster.second_node() as node:
        file = tmp_path / "cameras.toml"
        row = '[[camera]]\nname = "{}"\nsource = "rtsp://{}/live"\nevents = ["{}/{}.jsonl"]\n'
        file.write_text("".join(row.format(n, server.place, tmp_path, n) for n in names))
        settings = FleetSettings(ray_address=cluster.address, seconds=90)
        with served(metrics, "127.0.0.1", 0) as port:
            ending = lead(read_cameras(file), recognizer, settings=settings, on_status=on_status)
    assert ending.reason == "SIGINT"
    assert 1 <= len(moved) <= 3
    assert back_seconds - killed_seconds < most_seconds_without_labels()
    for name in names:
        heads = (tmp_path / f"{name}.jsonl").read_text().count('"format"')
        assert heads == 1 + (name in moved)  # each run that goes on with a file says so
    assert len(re.findall('har_live_source_up{node="[^"]+",source="camera-', pages[0])) == 4
    assert 'har_live_node_sources{node="' in pages[0]
