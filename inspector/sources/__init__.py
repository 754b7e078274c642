"""Where pictures come from: camera, video, watched folder, synthetic demo line."""
