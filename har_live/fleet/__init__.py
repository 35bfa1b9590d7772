"""Cameras on many machines: each is watched by one node of a Ray cluster, and moved when that dies.

An actor on each node measures what the node can do, watches the cameras that it is given in one
batch, and says once a second how they are. Who watches what is decided in ``assignment``; all else
(where actors run, who has died) is Ray's. A node that is silent for ``SILENT_SECONDS``
loses its cameras to the others; it stops watching by itself once nobody has asked it for
``LEASE_SECONDS``, so that no camera is watched twice.
"""
