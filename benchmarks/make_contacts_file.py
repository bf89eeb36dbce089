"""Makes a CSV file of Indonesian contacts as an office keeps them: `make_contacts_file.py ROWS FILE [--seed N]`.

The same rows and seed always give the same file. One row in fifty repeats an earlier person written another way,
one in a thousand is wrong, so that an import has everything to do that it has to do in life.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

HEADINGS = ["Nama Depan", "Nama Belakang", "Perusahaan", "Jabatan", "Email", "No. HP", "Alamat", "Kota", "Provinsi",
            "Kode Pos", "Tanggal Lahir", "Sumber", "Catatan"]  # fmt: skip

FIRST = """Agus Ahmad Andi Anisa Ari Asep Ayu Bambang Bayu Budi Cahya Citra Dedi Dewi Dian Dimas Dwi Edi Eka Eko Elisa
Endang Fajar Farhan Fitri Galih Gede Gita Hadi Hana Hendra Heru Ika Ilham Indah Intan Irfan Joko Kadek Kartika Ketut
Kurnia Laras Lestari Lina Made Maria Maya Mega Mira Muhammad Nadia Nanda Ni Novi Nur Nyoman Putri Putu Rahmat Rani
Ratna Reza Rina Rini Rizky Rudi Sari Siti Slamet Sri Sulastri Surya Taufik Teguh Tika Tono Tri Umar Utami Vina Wahyu
Wati Wayan Wulan Yanti Yoga Yuni Yusuf Zahra""".split()
LAST = """Anggraini Ardiansyah Aritonang Budiman Darmawan Fauzi Firmansyah Ginting Gunawan Hakim Halim Harahap Hartono
Hasibuan Hidayat Irawan Iskandar Kurniawan Kusuma Lestari Lubis Maharani Mahendra Manurung Maulana Mulyani Nainggolan
Nasution Nugraha Nugroho Pangestu Permana Pertiwi Pradana Prasetyo Pratama Purnama Purwanto Putra Rahardjo Rahman
Ramadhan Saputra Santoso Sembiring Setiawan Siahaan Sihombing Simanjuntak Siregar Sitompul Suharto Suryadi Susanto
Suwandi Syahputra Tampubolon Tanjung Utama Wahyudi Wibowo Widodo Wijaya Winata Wulandari Yulianto Zulkarnain""".split()
COMPANY = """Abadi Agung Anugerah Armada Artha Bahari Bangun Berkah Bersama Bintang Buana Bumi Cahaya Cakra Cemerlang
Cipta Citra Dharma Duta Gemilang Global Graha Guna Harapan Indah Inti Jaya Karya Kencana Kreasi Lestari Lintas Mandiri
Mega Mitra Mulia Multi Niaga Nusantara Pelita Perdana Persada Prima Putra Raya Rejeki Samudra Sarana Sejahtera Sentosa
Sinar Solusi Sukses Sumber Surya Tama Teknik Timur Tirta Trijaya Tunas Usaha Utama Wahana Wijaya""".split()
STREETS = """Sudirman Thamrin Gatot_Subroto Diponegoro Ahmad_Yani Merdeka Pahlawan Kartini Gajah_Mada Hayam_Wuruk
Veteran Pemuda Imam_Bonjol Asia_Afrika Panglima_Polim Raya_Darmo Malioboro Cihampelas""".split()
CITIES = [
    ("Jakarta Selatan", "DKI Jakarta", 12), ("Jakarta Barat", "DKI Jakarta", 11), ("Kota Bandung", "Jawa Barat", 40),
    ("Kab. Bekasi", "Jawa Barat", 17), ("Surabaya", "Jawa Timur", 60), ("Malang", "Jawa Timur", 65),
    ("Semarang", "Jawa Tengah", 50), ("Kab. Sleman", "DI Yogyakarta", 55), ("Medan", "Sumatera Utara", 20),
    ("Palembang", "Sumatera Selatan", 30), ("Kota Makassar", "Sulawesi Selatan", 90), ("Denpasar", "Bali", 80),
    ("Balikpapan", "Kalimantan Timur", 76), ("Pontianak", "Kalimantan Barat", 78), ("Jayapura", "Papua", 99),
]  # fmt: skip
TITLES = ["Direktur", "Manajer", "Staf Pembelian", "Kepala Gudang", "Keuangan", "Pemilik", "Supervisor", ""]
SOURCES = ["Pameran", "Referensi", "Situs Web", "WhatsApp", ""]
SALUTATIONS = ["", "", "", "", "Bapak ", "Ibu ", "Drs. ", "Hj. ", "Dr. "]
FORMS = ["PT {}", "PT. {}", "CV {}", "UD {}", "{}, PT", "PT {} Tbk"]
PHONES = ["08{}-{}-{}", "+62 8{} {} {}", "08{}{}{}", "628{}{}{}", "(08{}) {} {}"]
FIRST_BIRTH = date(1955, 1, 1)


def companies(count: int, chance: random.Random) -> list[str]:
    return [" ".join(chance.sample(COMPANY, 2 + (n % 3 == 0))) for n in range(count)]


def rows(count: int, seed: int) -> Iterator[list[str]]:
    chance = random.Random(seed)
    names = companies(max(count // 40, 10), chance)
    kept: list[list[str]] = []
    for n in range(count):
        wrong = n % 1000 == 500
        if kept and n % 50 == 49:
            yield _written_again(chance.choice(kept), chance)
            continue
        row = _person(n + (seed - 1) * 10_000_000, chance.choice(names), chance)
        if wrong:
            row[4] = "bukan-email"
        elif len(kept) < 5000:
            kept.append(row)
        yield row


def _person(n: int, company: str, chance: random.Random) -> list[str]:
    first, last = chance.choice(FIRST), chance.choice(LAST)
    single = n % 11 == 0
    city, province, postal = chance.choice(CITIES)
    domain = company.lower().replace(" ", "")
    number = f"{100_000_000 + n:09}"
    phone = chance.choice(PHONES).format(number[:2] if number[:1] != "0" else "12", number[2:5], number[5:])
    born = FIRST_BIRTH + timedelta(days=chance.randrange(18_000))
    return [
        chance.choice(SALUTATIONS) + first,
        "" if single else last,
        chance.choice(FORMS[:3] if n % 3 else FORMS).format(company),
        chance.choice(TITLES),
        f"{first}.{'x' if single else last}{n}@{domain}.co.id".lower(),
        phone,
        f"Jl. {chance.choice(STREETS).replace('_', ' ')} No. {chance.randrange(1, 300)}",
        city,
        province,
        f"{postal}{chance.randrange(1000):03}",
        born.strftime("%d/%m/%Y"),
        chance.choice(SOURCES),
        "ketemu di pameran – minat tinggi" if n % 7 == 0 else "",
    ]


def _written_again(row: list[str], chance: random.Random) -> list[str]:
    again = list(row)
    again[2] = again[2].upper()
    again[4] = again[4].upper() if chance.random() < 0.5 else f" {again[4]} "
    return again


def write_contacts(file: Path, count: int, seed: int = 1) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADINGS)
        writer.writerows(rows(count, seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_contacts(options.file, options.rows, options.seed)
    print(f"{options.file}: {options.file.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
