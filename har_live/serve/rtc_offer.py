"""What a visitor's browser offers to send: read before anything is made for it."""

from __future__ import annotations

from aiortc import RTCSessionDescription
from aiortc.sdp import SessionDescription

MOST_LETTERS = 65_536
MOST_CANDIDATES = 64
_WANTED = "one video that is sent, and a data channel"


def read_offer(sdp: str) -> RTCSessionDescription:
    """Check an offer.

    Raises:
        ValueError: it is no SDP, or offers something else than one video and a data channel.
    """
    if len(sdp) > MOST_LETTERS:
        raise ValueError(f"sdp has {len(sdp)} letters; expected {MOST_LETTERS} at most")
    try:
        description = SessionDescription.parse(sdp)
    except Exception as error:  # aiortc's parser asserts, indexes and unpacks what it is given
        raise ValueError("sdp can't be read; expected a WebRTC offer") from error
    media = description.media
    kinds = sorted(one.kind for one in media)
    if kinds != ["application", "video"]:
        raise ValueError(f"sdp offers {', '.join(kinds) or 'nothing'}; expected {_WANTED}")
    (video,) = (one for one in media if one.kind == "video")
    if video.direction not in ("sendonly", "sendrecv"):
        raise ValueError(f"sdp offers a video that is {video.direction}; expected {_WANTED}")
    # Without them aiortc answers, and fails when it connects.
    if not all(one.dtls and one.dtls.fingerprints for one in media):
        raise ValueError("sdp names no fingerprint of the visitor's key; expected a WebRTC offer")
    if sum(len(one.ice_candidates) for one in media) > MOST_CANDIDATES:
        raise ValueError(f"sdp names more than {MOST_CANDIDATES} addresses")
    return RTCSessionDescription(sdp=sdp, type="offer")
