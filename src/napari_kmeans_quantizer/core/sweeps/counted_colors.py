"""placeholder"""


class CountedColors:
    def __init__(self, counts, space):
        raise NotImplementedError
