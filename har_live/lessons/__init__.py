"""Teaches weights a user's own actions: takes are recorded as joints, and a classifier is learnt.

::

    from har_live import Recordings, teach

    weights = teach(Recordings("my-takes"), "gym")
"""
