"""Companies: invented customers of every legal form, in the cities where PT Surya Cakra Energi sells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from relasi.project.demo.names import landline


@dataclass(frozen=True)
class City:
    name: str
    province: str
    area: str  # telephone
    postal: str  # first three digits
    office: str  # which sales office sells here


CITIES = [
    City("Jakarta Selatan", "DKI Jakarta", "021", "121", "jakarta"),
    City("Jakarta Utara", "DKI Jakarta", "021", "141", "jakarta"),
    City("Jakarta Timur", "DKI Jakarta", "021", "131", "jakarta"),
    City("Bekasi", "Jawa Barat", "021", "171", "jakarta"),
    City("Karawang", "Jawa Barat", "0267", "413", "jakarta"),
    City("Bandung", "Jawa Barat", "022", "401", "jakarta"),
    City("Bogor", "Jawa Barat", "0251", "161", "jakarta"),
    City("Tangerang", "Banten", "021", "151", "jakarta"),
    City("Cilegon", "Banten", "0254", "424", "jakarta"),
    City("Medan", "Sumatera Utara", "061", "201", "jakarta"),
    City("Palembang", "Sumatera Selatan", "0711", "301", "jakarta"),
    City("Surabaya", "Jawa Timur", "031", "602", "surabaya"),
    City("Sidoarjo", "Jawa Timur", "031", "612", "surabaya"),
    City("Gresik", "Jawa Timur", "031", "611", "surabaya"),
    City("Malang", "Jawa Timur", "0341", "651", "surabaya"),
    City("Semarang", "Jawa Tengah", "024", "501", "surabaya"),
    City("Surakarta", "Jawa Tengah", "0271", "571", "surabaya"),
    City("Yogyakarta", "DI Yogyakarta", "0274", "552", "surabaya"),
    City("Denpasar", "Bali", "0361", "801", "surabaya"),
    City("Makassar", "Sulawesi Selatan", "0411", "901", "surabaya"),
    City("Balikpapan", "Kalimantan Timur", "0542", "761", "surabaya"),
]
STREETS = """Jenderal Sudirman|Gatot Subroto|Ahmad Yani|Diponegoro|Pahlawan|Merdeka|Imam Bonjol|Raya Industri|Kawasan
Niaga|Pemuda|Veteran|Gajah Mada|Hayam Wuruk|Raya Serang|Kartini|Panglima Polim""".replace("\n", " ").split(
    "|"
)
FIRST = [
    "Samudra",
    "Graha",
    "Citra",
    "Bahari",
    "Andalas",
    "Griya",
    "Rembulan",
    "Canting",
    "Mitra",
    "Sinar",
    "Karya",
    "Buana",
    "Nusantara",
    "Mega",
    "Surya",
    "Bumi",
    "Tirta",
    "Cahaya",
    "Anugerah",
    "Sumber",
    "Prima",
    "Sentosa",
    "Indo",
    "Jaya",
    "Artha",
    "Duta",
    "Cipta",
    "Mandala",
    "Bintang",
    "Rimba",
    "Kencana",
    "Wahana",
    "Lintas",
    "Pelita",
    "Sekar",
    "Panca",
    "Tunas",
    "Arta",
    "Mutiara",
    "Garuda",
    "Lembah",
    "Gemilang",
    "Pusaka",
    "Wira",
    "Bakti",
    "Delima",
]
SECOND = [
    ("Pangan", "food_beverage"), ("Properti", "real_estate"), ("Medika", "healthcare"), ("Agro", "agriculture"),
    ("Tekstil", "apparel"), ("Logistik", "transportation"), ("Plastik", "manufacturing"), ("Baja", "manufacturing"),
    ("Kimia", "chemicals"), ("Ritel", "retail"), ("Boga", "food_beverage"), ("Kertas", "manufacturing"),
    ("Elektronika", "electronics"), ("Farma", "healthcare"), ("Konstruksi", "construction"),
    ("Energi", "energy"), ("Mineral", "mining"), ("Telekomunikasi", "telecommunications"),
    ("Otomotif", "manufacturing"), ("Perkasa", "machinery"), ("Beku Nusantara", "food_beverage"),
]  # fmt: skip
THIRD = [
    "Lestari",
    "Sejahtera",
    "Utama",
    "Makmur",
    "Mandiri",
    "Abadi",
    "Persada",
    "Raya",
    "Sentosa",
    "Perkasa",
    "Jaya",
    "Indonesia",
    "Bersama",
]
REGENCIES = [
    "Wonosari",
    "Bantaeng",
    "Kendal",
    "Batang",
    "Tabanan",
    "Lamongan",
    "Kuningan",
    "Garut",
    "Pacitan",
    "Blora",
    "Maros",
    "Sragen",
]


@dataclass(frozen=True)
class Customer:
    name: str
    city: City
    industry: str
    public: bool = False  # a government body: sold to by tender


def customers(random: Random) -> Iterator[Customer]:
    """Companies without end, each name once: mostly PT, then CV, UD, cooperatives, hospitals, schools, offices."""
    seen = set()
    while True:
        found = _one(random)
        if found.name not in seen:
            seen.add(found.name)
            yield found


def _one(random: Random) -> Customer:
    city = random.choice(CITIES)
    first, (second, industry), third = random.choice(FIRST), random.choice(SECOND), random.choice(THIRD)
    draw = random.random()
    if draw < 0.62:
        return Customer(f"PT {first} {second} {third}", city, industry)
    if draw < 0.76:
        return Customer(f"CV {first} {third}", city, random.choice(("construction", "retail", "engineering")))
    if draw < 0.81:
        return Customer(f"UD {first} {random.choice(('Tani', 'Makmur', 'Rejeki', 'Jaya'))}", city, "retail")
    if draw < 0.86:
        what = random.choice(("Tani", "Nelayan", "Karyawan", "Susu"))
        return Customer(f"Koperasi {what} {third} {city.name}", city, "agriculture")
    if draw < 0.91:
        what = random.choice(("Harapan", "Bunda", "Mitra", "Kasih"))
        return Customer(f"RS {what} {third}", city, "healthcare")
    if draw < 0.95:
        return Customer(f"Universitas {first} {random.choice(THIRD)}", city, "education")
    return Customer(f"Pemkab {random.choice(REGENCIES)}", city, "government", public=True)


def address(random: Random, city: City) -> dict[str, str]:
    return {
        "street": f"Jl. {random.choice(STREETS)} No. {random.randint(1, 240)}",
        "city": city.name,
        "province": city.province,
        "postal_code": f"{city.postal}{random.randint(10, 99)}",
        "country": "ID",
    }


def landline_of(random: Random, city: City) -> str:
    return landline(random, city.area)


def npwp(random: Random) -> str:
    """A tax number of 16 digits in the form organizations have them."""
    return f"0{random.randint(10**9, 10**10 - 1):010}{random.randint(0, 99999):05}"
