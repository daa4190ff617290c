"""Files in and out: each is written wholly or not at all, and none is replaced unasked."""
