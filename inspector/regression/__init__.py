"""The regression set: confirmed parts locked as test parts of their recipe, and candidates judged by them."""
