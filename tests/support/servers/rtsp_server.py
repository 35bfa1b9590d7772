"""A real RTSP server: GStreamer's own, run as a program of its own by the system's Python.

Run it with the interpreter that has ``gi``; it prints its port, serves ``/live`` (160×120) and
``/change`` (the same, 80×60 after its first second), and ends with its standard input.
"""

from __future__ import annotations

import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

FPS = 15
CAPS = f"video/x-raw,format=I420,width={{}},height={{}},framerate={FPS}/1"
LAUNCH = (
    "( videotestsrc is-live=true pattern=ball ! capsfilter name=size caps={caps}"
    f" ! x264enc tune=zerolatency speed-preset=ultrafast threads=1 key-int-max={FPS} bitrate=100"
    " ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


class Factory(GstRtspServer.RTSPMediaFactory):
    """A camera of its own for each viewer."""

    def __init__(self, *, changes_size: bool, protocols: GstRtsp.RTSPLowerTrans) -> None:
        super().__init__()
        self.set_launch(LAUNCH.format(caps=CAPS.format(160, 120)))
        self.set_protocols(protocols)
        if changes_size:
            self.connect("media-configure", self._count_frames)

    def _count_frames(self, _factory: object, media: GstRtspServer.RTSPMedia) -> None:
        size = media.get_element().get_by_name("size")
        num_frames = 0

        def count(_pad: Gst.Pad, _info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
            nonlocal num_frames
            num_frames += 1
            if num_frames < FPS:
                return Gst.PadProbeReturn.OK
            size.set_property("caps", Gst.Caps.from_string(CAPS.format(80, 60)))
            return Gst.PadProbeReturn.REMOVE

        size.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, count)


def protect(server: GstRtspServer.RTSPServer, method: str, user: str, password: str) -> None:
    """Let in nobody but ``user``."""
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    auth = GstRtspServer.RTSPAuth()
    if method == "basic":
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    server.set_auth(auth)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", default="0")
    parser.add_argument("--auth", choices=["basic", "digest"])
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--udp-only", action="store_true")
    arguments = parser.parse_args()

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(arguments.port)
    if arguments.auth:
        protect(server, arguments.auth, arguments.user, arguments.password)
    protocols = GstRtsp.RTSPLowerTrans.UDP
    if not arguments.udp_only:
        protocols |= GstRtsp.RTSPLowerTrans.TCP
    for path, changes_size in (("/live", False), ("/change", True)):
        factory = Factory(changes_size=changes_size, protocols=protocols)
        if arguments.auth:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("viewer", "media.factory.access", True)
            permissions.add_permission_for_role("viewer", "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    loop = GLib.MainLoop()
    if not server.attach(None):
        sys.exit(f"port {arguments.port} can't be had")
    GLib.io_add_watch(sys.stdin, GLib.IO_HUP, lambda *_: loop.quit())
    print(server.get_bound_port(), flush=True)
    loop.run()


if __name__ == "__main__":
    main()
