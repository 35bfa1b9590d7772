"""Where annotated pictures and events go."""

import cv2  # noqa: F401  # before PyAV, for the reason given in har_live.sources.media
