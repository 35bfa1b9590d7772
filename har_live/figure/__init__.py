"""A drawn person who performs: skeleton, motions, looks, scenes and the picture of them.

::

    Passage, Performance   script: what is done at each instant, and its true label
      motions              time → Pose (controls, keyframed by hand)
      skeleton             Pose → joint positions in metres
      body, head           joint positions → shaded surface patches
      painter, scenes      patches and background → picture

Everything is a pure function of time and seed.
"""
