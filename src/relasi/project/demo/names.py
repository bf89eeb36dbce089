"""Names: invented people of Indonesia, with the e-mail addresses and phone numbers that go with them.

Nobody can be reached by them: the addresses end in .example, which never resolves, and the numbers stand in
blocks that are not given out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

WOMEN = [
    "Ratna",
    "Sri",
    "Dewi",
    "Siti",
    "Nur",
    "Ani",
    "Rina",
    "Wulan",
    "Fitri",
    "Lina",
    "Yuni",
    "Maria",
    "Retno",
    "Endah",
    "Nina",
    "Vina",
    "Tika",
    "Desi",
    "Ira",
    "Novi",
    "Yanti",
    "Sari",
    "Laras",
    "Mira",
    "Hesti",
    "Erna",
    "Lilis",
    "Ningsih",
    "Kartini",
    "Diah",
    "Intan",
    "Ayu",
    "Putu",
    "Kadek",
    "Ketut",
    "Butet",
    "Meutia",
    "Cut",
    "Ifa",
    "Rahma",
    "Zahra",
    "Aisyah",
    "Nabila",
    "Salsabila",
    "Kirana",
]
MEN = [
    "Budi",
    "Andi",
    "Agung",
    "Bambang",
    "Slamet",
    "Eko",
    "Dwi",
    "Tri",
    "Joko",
    "Ahmad",
    "Muhammad",
    "Rizal",
    "Yusuf",
    "Hasan",
    "Iwan",
    "Deni",
    "Dedi",
    "Ujang",
    "Asep",
    "Made",
    "Nyoman",
    "Wayan",
    "Gede",
    "Yohanes",
    "Stefanus",
    "Markus",
    "Togar",
    "Binsar",
    "Ucok",
    "Teuku",
    "Faisal",
    "Ridwan",
    "Arif",
    "Taufik",
    "Hendro",
    "Surya",
    "Galih",
    "Bayu",
    "Anton",
    "Felix",
    "Kevin",
    "Robby",
    "Sigit",
    "Wahyu",
    "Yoga",
    "Zaki",
]
FAMILY = [
    "Kusumawardani",
    "Wijaya",
    "Santoso",
    "Setiawan",
    "Nugroho",
    "Hidayat",
    "Saputra",
    "Pratama",
    "Susanto",
    "Gunawan",
    "Halim",
    "Tanuwijaya",
    "Siregar",
    "Nasution",
    "Harahap",
    "Simanjuntak",
    "Sitompul",
    "Lubis",
    "Pangaribuan",
    "Tobing",
    "Wibowo",
    "Utomo",
    "Hartono",
    "Prasetyo",
    "Mulyadi",
    "Suryadi",
    "Kurniawan",
    "Maulana",
    "Firmansyah",
    "Ramadhan",
    "Anggraini",
    "Lestari",
    "Wulandari",
    "Permatasari",
    "Handayani",
    "Rahayu",
    "Puspita",
    "Maharani",
    "Astuti",
    "Susilowati",
    "Suharto",
    "Purnomo",
    "Basuki",
    "Iskandar",
    "Alamsyah",
    "Latuconsina",
    "Pattiasina",
    "Rumengan",
    "Kaunang",
    "Mandagi",
    "Daeng",
    "Baharuddin",
    "Arifin",
    "Hakim",
    "Fadhilah",
    "Suparman",
    "Sudarsono",
    "Winarno",
    "Hermawan",
    "Ginting",
    "Sembiring",
    "Tarigan",
    "Marpaung",
]
JOBS = [
    ("Direktur Utama", "Direksi"), ("Direktur Operasional", "Direksi"), ("Direktur Keuangan", "Direksi"),
    ("Manajer Operasional", "Operasional"), ("Manajer Fasilitas", "Umum"), ("Manajer Pengadaan", "Pengadaan"),
    ("Staf Pengadaan", "Pengadaan"), ("Manajer Teknik", "Teknik"), ("Kepala Pabrik", "Produksi"),
    ("Supervisor Utilitas", "Teknik"), ("Manajer Keuangan", "Keuangan"), ("Manajer Proyek", "Proyek"),
    ("Kepala Bagian Umum", "Umum"), ("Staf Administrasi", "Umum"), ("Manajer Keberlanjutan", "Keberlanjutan"),
]  # fmt: skip


@dataclass(frozen=True)
class PersonName:
    salutation: str
    first: str
    last: str

    @property
    def short(self) -> str:
        return re.sub(r"[^a-z.]", "", f"{self.first}.{self.last}".lower()).strip(".")


def people(random: Random) -> Iterator[PersonName]:
    """Names without end, each once. About one in twenty is a single name, as is common on Java."""
    seen = set()
    while True:
        woman = random.random() < 0.45
        first, last = random.choice(WOMEN if woman else MEN), random.choice(FAMILY)
        if random.random() < 0.3:
            first = f"{first} {random.choice(WOMEN if woman else MEN)}"
        if random.random() < 0.05:
            first, last = "", random.choice(WOMEN if woman else MEN)
        if (first, last) not in seen or not first:
            seen.add((first, last))
            yield PersonName("ibu" if woman else "bapak", first, last)


def mobile(random: Random) -> str:
    return f"08{random.choice((12, 13, 21, 52, 57, 78, 96))}-00{random.randint(10, 99)}-{random.randint(1000, 9999)}"


def landline(random: Random, area: str) -> str:
    return f"{area}-50{random.randint(0, 99):02}{random.randint(0, 9999):04}"


def domain(company: str) -> str:
    """The e-mail domain of a company: "PT Samudra Pangan Lestari" has samudrapangan.example."""
    words = [w for w in re.findall(r"[a-z]+", company.lower()) if w not in ("pt", "cv", "ud", "tbk")]
    return "".join(words[:2]) + ".example"
