"""Teaches weights a user's own actions: takes are recorded as joints, and a classifier is learnt.

::

    from har_live import teach
    from har_live.teach.recordings import Recordings

    weights = teach(Recordings("my-takes"), name="gym")
"""
