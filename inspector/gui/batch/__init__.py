"""The Batch page: how well a folder of pictures is judged."""
