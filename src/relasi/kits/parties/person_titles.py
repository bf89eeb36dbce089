"""Person titles: the salutations, titles and degrees that stand before and behind names."""

from relasi.kits.parties.spelling import word_set

# Title as written (lower case, without dots) -> the salutation it stands for, as the picklist has them.
SALUTATION_OF = {
    **dict.fromkeys(word_set("bapak bpk bpak bp pak tn tuan"), "Bapak"),
    **dict.fromkeys(word_set("ibu bu ny nyonya nn nona"), "Ibu"),
    **dict.fromkeys(["sdr", "saudara"], "Sdr."),
    **dict.fromkeys(["mr", "mister"], "Mr."),
    **dict.fromkeys(["ms", "miss"], "Ms."),
    **dict.fromkeys(["mrs", "missus"], "Mrs."),
    **dict.fromkeys(["prof", "professor", "profesor"], "Prof."),
    "dr": "Dr.",
}
SALUTATIONS = ("Bapak", "Ibu", "Sdr.", "Dr.", "Prof.", "Mr.", "Ms.", "Mrs.")

TITLES = frozenset(SALUTATION_OF) | word_set(
    # address and mourning
    "sdri saudari yth alm almh almarhum almarhumah mas mbak mba kak "
    # religion and nobility
    "h hj haji hajjah kh kyai kiai ust ustad ustadz ustadzah pdt pendeta rd raden rr rm "
    # study
    "drs dra ir drg drh apt ing "
    # rank
    "letkol kol kolonel brigjen mayjen letjen jend jenderal kapten kapt lettu letda sertu serka serma serda "
    "peltu pelda aiptu aipda bripka bripda briptu iptu ipda akp akbp kombes kompol irjen komjen"
)

# Degrees that are no word of a name, whatever their case.
DEGREES = word_set(
    "st se sh skom spd spdi ssos ssi spsi sikom shut spt skm sked skep sfarm shi ssn stp sthi "
    "skg skh sarch sars sds sst sstp strt strkeb strkes sgz sor sikp sstat ssy sfil stat mm "
    "mt msi mpd mpdi mkom mh mhum msc mba mkes mkn mab meng msn msm mikom mti mpsi mphil mppm "
    "mmt mfarm mkeb msak mpar mres phd dba edd amd amdkeb amdkep amdkom amdak ners cpa cfa "
    "cma cfp spog sppd spkj sptht spjp sprad spkk spot lcpc bkp ppak acca cisa pmp bsc bba "
    "beng barch llb llm dds esq ipm ipu"
)

# Degrees that are also words or initials: taken only with dots, or behind a comma in capitals.
DOUBTFUL_DEGREES = word_set(
    "ma ba sp ss sm san sab sag sip sap sei sak map mars mak mag mep mse msa md ak ca apt ns "
    "spa spb spm span sps spu ama rn jd qia cia bsb"
)
ALL_DEGREES = DEGREES | DOUBTFUL_DEGREES

# Words that belong to the name behind them.
PARTICLES = word_set("bin binti al van von der den de la le du dos da")
BALINESE_PREFIXES = frozenset(("i", "ni"))


def bare(word: str) -> str:
    """Return a title or degree as the tables above have it: lower case, without dots."""
    return word.replace(".", "").lower()


def is_degree(word: str, *, after_comma: bool, shouted: bool) -> bool:
    """Tell whether one written word is a degree; `shouted` when the whole name stands in capitals."""
    known = bare(word)
    if known not in ALL_DEGREES:
        return False
    if "." in word.rstrip(".") or (after_comma and known in DEGREES):
        return True
    if after_comma:
        return word.isupper()
    return word[:1].isupper() and not word.istitle() and (known in DEGREES or not shouted)
