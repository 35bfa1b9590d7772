"""Teaching weights actions of one's own: recorded before the camera, learnt from joints."""
