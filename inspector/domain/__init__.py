"""What the station is about, in plain Python, numpy and OpenCV: records, decisions, triggers, counts, errors."""
