"""In the place of every model: the words of a text as a vector. Texts that share words are near each other."""

import hashlib
import math
import re

DIMENSIONS = 768


def embedded(text):
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % DIMENSIONS] += 1.0
    length = math.sqrt(sum(each * each for each in vector)) or 1.0
    return [each / length for each in vector]
