"""What can be said about a picture of the synthetic world, and whether it is true."""

import numpy as np

SHAPES = ["circle", "square", "triangle", "diamond", "star", "cross", "ring", "crescent"]
COLOURS = ["red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"]
SPECIAL = ["[PAD]", "[UNK]"]
PLAIN = """a an the of and with in on object shape photo picture frame image showing together next to
joins something nothing empty scene day sunset night forest desert snow ocean city there is""".split()
VOCABULARY = SPECIAL + SHAPES + COLOURS + PLAIN
WORD_ID = {word: number for number, word in enumerate(VOCABULARY)}
POSITIONS = 16

# A picture's facts: 8 shapes, 8 colours, 64 objects (shape * 8 + colour), "two objects", "empty".
FACTS = 8 + 8 + 64 + 2
TWO, EMPTY = FACTS - 2, FACTS - 1


def shape_fact(shape):
    return shape


def colour_fact(colour):
    return 8 + colour


def object_fact(shape, colour):
    return 16 + shape * 8 + colour


def facts_of(objects):
    """The fact vector of a picture that shows these (shape, colour) numbers."""
    facts = np.zeros(FACTS, np.float32)
    for shape, colour in objects:
        facts[[shape_fact(shape), colour_fact(colour), object_fact(shape, colour)]] = 1
    facts[TWO] = len(objects) == 2
    facts[EMPTY] = len(objects) == 0
    return facts


OPENINGS = ["", "a", "the", "a photo of a", "a picture of the", "an image showing a", "there is a"]
LINKS = ["and a", "with a", "and the", "together with a", "next to a"]


def caption_for(objects, random):
    """A sentence that holds for the objects: `(token ids, required facts)`; often it says less than all."""
    opening = OPENINGS[random.integers(len(OPENINGS))]
    if not objects:
        words = ["an empty scene", "nothing", "an empty picture", "there is nothing"][random.integers(4)]
        return tokens(words), [EMPTY]
    order = list(objects)
    random.shuffle(order)
    shape, colour = order[0]
    draw = random.random()
    if draw < 0.12:
        return tokens(f"{opening} {SHAPES[shape]}"), [shape_fact(shape)]
    if draw < 0.24:
        ending = ["object", "shape"][random.integers(2)]
        return tokens(f"{opening} {COLOURS[colour]} {ending}"), [colour_fact(colour)]
    text, facts = f"{opening} {COLOURS[colour]} {SHAPES[shape]}", [object_fact(shape, colour)]
    if len(order) == 2 and draw < 0.7:
        other_shape, other_colour = order[1]
        link = LINKS[random.integers(len(LINKS))]
        text += f" {link} {COLOURS[other_colour]} {SHAPES[other_shape]}"
        facts.append(object_fact(other_shape, other_colour))
    return tokens(text), facts


def tokens(text):
    """Word numbers, padded with 0 to 16 positions."""
    numbers = [WORD_ID[word] for word in text.split()][:POSITIONS]
    return numbers + [0] * (POSITIONS - len(numbers))


def random_objects(random):
    """Objects of a picture that need not exist, for captions that are mostly false."""
    count = 1 if random.random() < 0.6 else 2
    return list(zip(random.permutation(8)[:count].tolist(), random.permutation(8)[:count].tolist()))


def caption_batch(pictures, captions, random):
    """`captions` sentences: one about each picture first, then about random objects."""
    chosen = [caption_for(objects, random) for objects in pictures]
    while len(chosen) < captions:
        chosen.append(caption_for(random_objects(random), random))
    ids = np.array([ids for ids, _ in chosen], np.int64)
    required = np.zeros((len(chosen), FACTS), np.float32)
    for row, (_, facts) in enumerate(chosen):
        required[row, facts] = 1
    return ids, required


def truth_matrix(picture_facts, required):
    """[pictures, captions]: 1 where everything a caption says holds for the picture."""
    return (picture_facts @ required.T >= required.sum(1) - 0.5).astype(np.float32)
