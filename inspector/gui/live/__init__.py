"""The Live page: the picture, the verdict, the counts."""
