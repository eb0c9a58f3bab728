"""Words that the demo world is made of."""

from __future__ import annotations

# First names as (written, as in an address).
FIRST = (
    ("Ada", "ada"), ("Bo", "bo"), ("Chiara", "chiara"), ("Dara", "dara"), ("Elif", "elif"),
    ("Farid", "farid"), ("Göran", "goran"), ("Hanna", "hanna"), ("Ífe", "ife"), ("Jon", "jon"),
    ("Kofi", "kofi"), ("Łucja", "lucja"), ("Mei", "mei"), ("Noor", "noor"), ("Oisín", "oisin"),
    ("Paula", "paula"), ("Quang", "quang"), ("Rania", "rania"), ("Søren", "soren"),
    ("Tomás", "tomas"), ("Uta", "uta"), ("Věra", "vera"), ("Wanjiru", "wanjiru"),
    ("Ximena", "ximena"), ("Yusuf", "yusuf"), ("Zoë", "zoe"), ("美咲", "misaki"),
    ("大輔", "daisuke"), ("志明", "zhiming"), ("雅婷", "yating"), ("민준", "minjun"),
    ("서연", "seoyeon"), ("Νίκος", "nikos"), ("Ελένη", "eleni"), ("Дмитрий", "dmitri"),
    ("Оксана", "oksana"), ("أحمد", "ahmad"), ("ליאור", "lior"), ("आरव", "aarav"),
    ("Þórdís", "thordis"), ("Maximiliane-Katharina", "maximiliane"), ("Nguyễn", "nguyen"),
)  # fmt: skip
LAST = (
    ("Adler", "adler"), ("Bianchi", "bianchi"), ("Çelik", "celik"), ("Diallo", "diallo"),
    ("Eriksson", "eriksson"), ("Fernández", "fernandez"), ("Grünwald", "grunwald"),
    ("Haddad", "haddad"), ("Ito", "ito"), ("Jansen", "jansen"), ("Kowalczyk", "kowalczyk"),
    ("Lindqvist", "lindqvist"), ("Mbeki", "mbeki"), ("Novák", "novak"), ("O’Brien", "obrien"),
    ("Papadopoulou", "papadopoulou"), ("Quispe", "quispe"), ("Rossi", "rossi"),
    ("Šarić", "saric"), ("Tanaka", "tanaka"), ("Ueda", "ueda"), ("Vasilev", "vasilev"),
    ("Wójcik", "wojcik"), ("Ximenes", "ximenes"), ("Yılmaz", "yilmaz"), ("Zhang", "zhang"),
    ("山本", "yamamoto"), ("陳", "chen"), ("박", "park"), ("Παπαδάκης", "papadakis"),
    ("Шевченко", "shevchenko"), ("الخطيب", "alkhatib"), ("शर्मा", "sharma"),
    ("Featherstonehaugh-Cholmondeley", "featherstonehaugh"), ("Björnsdóttir", "bjornsdottir"),
    ("von und zu Hohenlohe", "hohenlohe"), ("Ng", "ng"), ("d’Arcy", "darcy"),
)  # fmt: skip
DOMAINS = (
    "uni.example",
    "uni.example",
    "uni.example",
    "phys.uni.example",
    "med.uni.example",
    "institute.example",
    "students.faculty-of-earth-and-environmental-sciences.uni.example",
)

TOPICS = (
    "alpine", "battery", "bio", "cancer", "catalysis", "climate", "cosmo", "crystal", "data",
    "deep", "desert", "drone", "dune", "earth", "enzyme", "fire", "flood", "forest", "fusion",
    "galaxy", "gene", "glacier", "graph", "grid", "heart", "ice", "insect", "ion", "laser",
    "lattice", "light", "magma", "marine", "metal", "micro", "moon", "nano", "neuro", "ocean",
    "optics", "plasma", "polar", "pollen", "protein", "quantum", "quark", "reef", "river",
    "robot", "seismic", "soil", "solar", "sound", "speech", "stellar", "storm", "traffic",
    "urban", "virus", "vision", "water", "wave", "wheat", "wind",
)  # fmt: skip
KINDS = (
    "archive", "atlas", "campaign", "core", "course", "engine", "group", "imaging", "lab",
    "learning", "mapping", "models", "monitor", "network", "observatory", "pilot", "screening",
    "sensors", "sim", "survey", "study", "tools", "twin", "workshop",
)  # fmt: skip
ENDINGS = ("uni", "uni", "uni", "lab", "med", "edu")

PURPOSES = (
    "Simulation runs for the annual report.",
    "Teaching machines for the practical course.",
    "Long-term storage of raw instrument data.",
    "Training and evaluation of models.",
    "Web services of the collaboration.",
    "Continuous integration of the analysis code.",
    "Notebooks for visiting researchers.",
    "Reprocessing of last year’s campaign.",
)
COMMENTS = (
    "As discussed with the computing board.",
    "Same size as last year, please.",
    "The grant was extended; the letter is on file.",
    "Two postdocs join in spring.",
    "We hit the limit every week.",
    "",
)
ANSWERS = (
    "within the faculty’s share",
    "agreed with the PI",
    "ok for this period",
    "checked with operations",
    "",
)
DENIALS = (
    "ask again after the disk move",
    "no budget for this quarter",
    "please join an existing project of your group",
    "the description does not say what it is for",
)
WITHDRAWALS = ("filed twice", "no longer needed", "moved to another site", "")
SUSPENSIONS = ("missing annual report", "unpaid invoice", "security incident, under review")
ENDINGS_OF_PROJECTS = ("project finished", "end date passed", "merged into another project")
