"""Parts judged again from their kept pictures: with the recorded model, or with another; which parts are suspect."""
