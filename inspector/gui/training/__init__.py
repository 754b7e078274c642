"""The Training page: from labelled pictures to a promoted model."""
