"""From a folder of videos to a weights folder: ``python -m training``.

A room imports from its own floor and the floors below it, never from above:

| room | what is in it |
|---|---|
| ``commands`` | the commands: parse, call, print |
| ``live``, ``bench`` | weights as they behave live; the same work by others |
| ``learn`` | networks learn: the settings, the tasks, the fits |
| ``ship`` | a weights folder: export, calibration, card, README |
| ``features`` | what the frozen encoder says of windows, kept in banks |
| ``measure`` | how good answers are: clips, the built-in figure, cuts |
| ``people`` | skeletons, invented movements, people who are drawn or photographed |
| ``data`` | clips: layouts, labels, splits, the cache of frames, windows |
| ``settings``, ``lettering`` | settings that check themselves; letters of any script in pictures |
"""
