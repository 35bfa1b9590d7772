"""The web server: a page with live sources, the visitor's own camera, videos and lessons; and a
REST API beside it.

::

    sources ──► LiveRun (a thread) ──► Feed of each source ──► tabs: the newest, when they ask
    own cameras ──► Visitor each, in turn at one scorer thread ──► labels, lessons, back by WebRTC
    uploads ──► JobQueue (one child process at a time) ──► segments, files, an annotated video

No tab, upload or reader of events can delay a label: what is told to them is kept once, newest
wins, and whoever is slow misses the rest. ``gate.py`` decides who is let in at all.
"""
