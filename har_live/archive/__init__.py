"""Archives: thousands of videos become one table of segments, on this machine or on many.

The folder that is written holds:

``videos.jsonl``
    the journal. The first line is the header, each further one what became of a video, written as
    soon as it is known. A run that was killed goes on with it; while one writes it, no other can.
``segments.jsonl``, ``segments.parquet``
    the segments of all videos, by path and then in the order of ``predict``; made anew from the
    journal at the end of each run.
``annotated/``
    with ``annotate``, each video again, under the same path.

The header has ``format`` (``har-live-archive``), ``version`` (1), ``weights``, ``labels``, and in
the journal ``fingerprint``, which differs where the answers may differ. In ``segments.parquet`` it
is the schema's metadata. A video's line has:

======================== ================ ==================================================
``video``                string           path from the given root, or URL without secrets
``identity``             string           size and time of change, or a hash of the address
``broken``               string or null   why nothing can be said of it
``duration_seconds``     number           its length
``source_start_seconds`` number           the source's own first time (pts) that is 0 here
``num_frames``           integer
``segments``             array            of them, as in ``har_live.sinks.event_formats``
======================== ================ ==================================================

A line of ``segments.jsonl`` has ``video``, ``video_duration_seconds`` and the fields of a segment;
``segments.parquet`` has ``left``, ``top``, ``right`` and ``bottom`` for ``box``. New fields may
appear within a version.
"""
