"""The workshop, from a folder of videos to a weights folder: ``python -m training``.

A room imports from its own floor and the floors below it, never from above:

| room | what is in it |
|---|---|
| ``commands`` | the commands: parse, call, print |
| ``live``, ``bench`` | weights as they behave live; the same work by others |
| ``recipe`` | the shipped weights: joints, takes, windows, training; adapting to a user's clips |
| ``learn`` | networks learn: the settings, the tasks, the fits |
| ``ship`` | a weights folder: export, calibration, card, README |
| ``measure`` | how good answers are: clips, the drawn figure, cuts |
| ``data`` | clips: layouts, labels, splits, the cache of frames, windows |
| ``figure`` | a drawn person who performs, and the recording of it that ships |
| ``datasets``, ``provenance`` | a row a data set; where an output comes from |
| ``settings``, ``lettering`` | settings that check themselves; letters of any script in pictures |
"""
