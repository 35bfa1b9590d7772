"""Measurement of what har-live costs on this machine: ``har-live bench``.

``--json`` writes, in this version and with nothing taken away in later ones::

    {"format": "har-live-bench", "version": 1,
     "machine": {"system": "…", "libraries": "…"},  # name → one line
     "effort": {"seconds": 3.0, "min_rounds": 3},   # of each measurement
     "rows": [{"subject": "everyday-lrcn on …",     # what was measured
               "name": "grid frame",
               "value": 16.4, "unit": "ms",
               "against": 15.9,                     # in the same unit, or null
               "against_name": "people finder alone",
               "ratio": 1.03}]}                     # value / against, or null
"""
