"""Videos that visitors open: the answer is that of ``predict``, or one clear line."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from har_live import predict
from har_live.card import open_weights
from har_live.errors import SourceError
from har_live.files.recognition_values import segment_values
from har_live.recognizer import Recognizer
from har_live.sources.media.stranger import check_stranger
from tests.support.resources import wait_until
from tests.support.serve_made import served
from tests.support.servers.http_server import HttpServer, file_answer


@pytest.fixture(scope="module")
def uploaded(site, clip):
    return site.upload(clip, name="../../Waving at me.mp4")


def test_an_upload_is_recognized_as_predict_does(uploaded, clip, shipped):
    assert (uploaded["state"], uploaded["error"]) == ("done", None)
    expected = json.loads(json.dumps(segment_values(predict(clip, shipped))))
    assert expected["segments"][0]["label"] == "wave"
    prediction = uploaded["prediction"]
    assert {key: prediction[key] for key in expected} == expected
    assert (prediction["source"], prediction["weights"]) == ("Waving_at_me.mp4", "everyday-lrcn")


def test_its_files_can_be_had(site, uploaded):
    assert uploaded["files"] == [
        *("prediction.json", "events.jsonl", "events.csv", "events.srt", "events.vtt"),
        "annotated.mp4",
    ]
    place = f"/api/predict/{uploaded['id']}/files"
    assert site.http.get(f"{place}/prediction.json").json() == uploaded["prediction"]
    assert "Wave" in site.http.get(f"{place}/events.srt").text
    whole = site.http.get(f"{place}/annotated.mp4")
    assert (whole.headers["content-type"], whole.content[4:8]) == ("video/mp4", b"ftyp")
    part = site.http.get(f"{place}/annotated.mp4", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert site.http.get(f"{place}/Waving_at_me.mp4").status_code == 422
    assert site.http.get("/api/predict/other/files/events.srt").status_code == 404


def test_an_address_is_fetched_and_recognized_alike(site, uploaded, clip):
    with HttpServer() as server:
        server.route("/waving.mp4", file_answer(clip))
        server.route("/old", lambda to: to.give_status(302, {"Location": "/waving.mp4"}))
        body = {"address": f"{server.url}/old?secret"}
        query = {"wait": 120, "annotate": False}
        video = site.http.post("/api/predict", json=body, params=query).json()
    assert (video["state"], video["name"]) == ("done", "old")
    assert video["prediction"]["segments"] == uploaded["prediction"]["segments"]
    assert "annotated.mp4" not in video["files"]


def test_what_is_no_video_is_one_line_without_a_path(site, tmp_path):
    (tmp_path / "in.mp4").write_bytes(b"no video at all")
    video = site.upload(tmp_path / "in.mp4")
    assert video["state"] == "failed"
    assert video["error"].startswith("in.mp4: not a video")
    assert str(site.settings.folder) not in json.dumps(video)
    assert site.http.delete(f"/api/predict/{video['id']}").status_code == 204
    assert site.http.get(f"/api/predict/{video['id']}").status_code == 404


def test_files_that_name_others_are_refused(clip, tmp_path):
    """FFmpeg would read those for whoever sent them."""
    check_stranger(clip)
    lists = {
        "in.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{clip}\n#EXT-X-ENDLIST\n",
        "in.ffconcat": f"ffconcat version 1.0\nfile '{clip}'\n",
        "in.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
    }
    for name, text in lists.items():
        for own_name in (name, f"{name}.mp4"):
            (tmp_path / own_name).write_text(text)
            with pytest.raises(SourceError, match="not a video"):
                check_stranger(tmp_path / own_name)


def test_who_comes_while_others_wait_is_told_so(shipped, clip, tmp_path):
    settings = {"max_jobs": 1, "max_kept": 1}
    with served(tmp_path / "own", shipped, **settings) as site:
        query = {"wait": 0, "weights": "everyday-convlstm"}
        first = site.upload(clip, **query)
        busy = site.http.post("/api/predict", content=clip.read_bytes())
        assert (busy.status_code, busy.headers["retry-after"]) == (429, "10")
        assert busy.json()["detail"].startswith("busy")
        assert site.left_behind() == [first["id"]]
        assert "har_live_videos_open 1.0" in site.http.get("/metrics").text
        place = f"/api/predict/{first['id']}"
        wait_until(lambda: site.http.get(place).json()["state"] == "working", 60)
        assert site.http.delete(place).status_code == 204
        wait_until(lambda: site.left_behind() == [])
        wait_until(lambda: site.http.get("/metrics").text.count("har_live_videos_open 0.0") == 1)


def test_a_video_that_takes_too_long_is_given_up(shipped, clip, tmp_path):
    with served(tmp_path / "own", shipped, max_job_seconds=0.2) as site:
        video = site.upload(clip)
        assert video["state"] == "failed"
        assert "takes longer than" in video["error"]


def test_weights_in_some_folder_can_be_chosen_as_the_default_that_they_are(tmp_path):
    folder = tmp_path / "weights"
    shutil.copytree(open_weights("everyday-lrcn").folder, folder)
    card = replace(open_weights(folder).card, name="house")
    card.write(folder)
    recognizer = Recognizer(folder, runtime="onnx", device="cpu")
    with served(tmp_path / "own", recognizer) as site:
        models = {one["name"]: one["is_default"] for one in site.http.get("/api/models").json()}
        assert [name for name, is_default in models.items() if is_default] == ["house"]
        headers = {"Content-Type": "application/octet-stream"}
        for name, status in (("house", 400), ("other", 422)):  # nothing is sent
            answer = site.http.post(
                "/api/predict", params={"weights": name}, content=b"", headers=headers
            )
            assert answer.status_code == status, answer.text
