"""The demo city's facts as plain tables."""

from __future__ import annotations

DOMAIN = "exempelstad.test"
SUPPLIER_CONTACT = "Kundtjänst"
PASSWORD = "exempelstad"  # noqa: S105 - the demo's own, printed when it starts

CONCERN = {
    "name": "Exempelstads kommun",
    "org_number": "2120990011",
    "vat_number": "SE212099001101",
    "peppol_id": "0007:2120990011",
}

# code, name, GLN, central, sells internally
ORGANISATIONS = (
    ("GSF", "Grundskoleförvaltningen", "7350099900013", False),
    ("AOF", "Äldreomsorgsförvaltningen", "7350099900020", False),
    ("SLK", "Stadsledningskontoret", "7350099900037", False),
    ("LOK", "Lokalförvaltningen", "7350099900044", False),
    ("STAD", "Gemensamt", None, True),
)

# code, name, organisation, parent, beslutsattestant
RESPONSIBILITIES = (
    ("31000", "GSF ledning", "GSF", None, "chef@gsf"),
    ("31100", "Centralskolan", "GSF", "31000", "attestant@gsf"),
    ("31200", "Norra skolan", "GSF", "31000", "attestant2@gsf"),
    ("41000", "AOF ledning", "AOF", None, "chef@aof"),
    ("41100", "Solgårdens boende", "AOF", "41000", "attestant@aof"),
    ("10000", "Stadsledning", "SLK", None, "chef@slk"),
    ("10100", "Kansli", "SLK", "10000", "attestant@slk"),
)
OPERATIONS = (
    ("440", "Grundskola"),
    ("510", "Äldreomsorg"),
    ("920", "Administration"),
    ("030", "Fastighet"),
)

# login, shown name, group, extra roles
STANDARD = "standard"
USERS = (
    ("bestallare@gsf", "Beställare", STANDARD, ()),
    ("bestallare2@gsf", "Beställare 2", STANDARD, ()),
    ("bestallare@aof", "Beställare", STANDARD, ()),
    ("bestallare@slk", "Beställare", STANDARD, ()),
    ("granskare@gsf", "Granskare", STANDARD, ()),
    ("attestant@gsf", "Attestant", STANDARD, ()),
    ("attestant2@gsf", "Attestant 2", STANDARD, ()),
    ("attestant@slk", "Attestant", STANDARD, ()),
    ("chef@gsf", "Chef", STANDARD, ()),
    ("chef@slk", "Chef", STANDARD, ()),
    ("attestant@aof", "Attestant", STANDARD, ("B45",)),
    ("chef@aof", "Chef", STANDARD, ("B45",)),
    ("sekretess@aof", "Sekretesshandläggare", STANDARD, ("B45",)),
    ("mottagare@gsf", "Godsmottagare", STANDARD, ("B10",)),
    ("leverantorsadmin@gsf", "Leverantörsadministratör", STANDARD, ("B41",)),
    ("fku@slk", "FKU-användare", STANDARD, ("B25",)),
    ("fku2@gsf", "FKU-användare 2", STANDARD, ("B25",)),
    ("synare@gsf", "Fakturasynare", "viewer", ()),
    ("admin@gsf", "Lokal administratör", "local_admin", ()),
    ("admin@aof", "Lokal administratör", "local_admin", ("B45",)),
    ("fakturaadmin@gsf", "Fakturaadministratör", "invoice_admin", ()),
    ("levgruppen@stad", "Levgruppen", "levgruppen", ()),
    ("levgruppen2@stad", "Levgruppen 2", "levgruppen", ()),
    ("central@stad", "Central administratör", "central_admin", ()),
    ("central2@stad", "Central administratör 2", "central_admin", ()),
    ("leverantorsadmin@stad", "Leverantörsadministratör", "supplier_admin", ()),
    ("revisor@stad", "Revisor", "auditor", ()),
)

# name, org.nr, bankgiro, domain, relation status, secret
SUPPLIERS = (
    ("Kontorsbolaget AB", "5599001012", "5050109", "kontorsbolaget.test", "approved", False),
    ("Skolgrossisten AB", "5599001020", "5050208", "skolgrossisten.test", "approved", False),
    ("Färskvaror i Exempelstad AB", "5599001038", "5050307", "farskvaror.test", "approved", False),
    ("Datorhuset AB", "5599001046", "5050406", "datorhuset.test", "approved", False),
    ("Mattservice AB", "5599001053", "5050505", "mattservice.test", "approved", False),
    ("Byggtjänst AB", "5599001061", "5050604", "byggtjanst.test", "approved", False),
    ("Tolkförmedlingen AB", "5599001079", "5050703", "tolk.test", "approved", False),
    ("Cykelverkstaden HB", "9699001088", "5050802", "cykelverkstaden.test", "pending", False),
    ("Vårdboendet AB", "5599001095", "5050901", "vardboendet.test", "approved", True),
    ("Hygienlagret AB", "5599001103", "47110010", "hygienlagret.test", "approved", False),
    ("Nätkompaniet AB", "5599001129", "5051107", "natkompaniet.test", "approved", False),
)
INTERNAL_SUPPLIER = ("Lokalförvaltningen", "2120990011", "7350099900044", "LOK", "lokalforvaltningen.test")

# number, name, kind, owner, cap, ranking limit, suppliers in rank order, who may call off (None = all), terms
AGREEMENTS = (
    ("R-2026-001", "Kontorsmaterial", "single_fixed", None, 2_000_000, None, ("Kontorsbolaget AB",), None,
     "Fasta priser, en leverantör"),
    ("R-2026-002", "Livsmedel", "single_fixed", None, 5_000_000, None, ("Färskvaror i Exempelstad AB",),
     ("GSF", "AOF"), "Fasta priser, en leverantör"),
    ("R-2026-003", "IT-utrustning", "ranking", None, 3_000_000, 100_000,
     ("Datorhuset AB", "Nätkompaniet AB", "Kontorsbolaget AB"), None,
     "Rangordning till och med 100 000 kr per avrop, däröver förnyad konkurrensutsättning"),
    ("R-2026-004", "Städmaterial", "single_fixed", None, 600_000, None, ("Hygienlagret AB",), None,
     "Fasta priser, en leverantör"),
    ("L-GSF-2026-01", "Läromedel", "local", "GSF", 400_000, None, ("Skolgrossisten AB",), ("GSF",),
     "Lokalt avtal, fasta priser"),
)  # fmt: skip

# article, agreement, supplier, name, UNSPSC, unit, price SEK, VAT %
ARTICLES = (
    ("KB-1001", "R-2026-001", "Kontorsbolaget AB", "Kopieringspapper A4 80 g, 500 ark", "14111507", "XPK", "49.90", 25),
    ("KB-1002", "R-2026-001", "Kontorsbolaget AB", "Kulspetspenna blå", "44121704", "EA", "12.50", 25),
    ("KB-1003", "R-2026-001", "Kontorsbolaget AB", "Pärm A4 röd", "44122003", "EA", "29.00", 25),
    ("KB-1004", "R-2026-001", "Kontorsbolaget AB", "Ergonomisk kontorsstol, grå", "56112102", "EA", "2490.00", 25),
    ("SG-2001", "L-GSF-2026-01", "Skolgrossisten AB", "Räknehäfte årskurs 3", "55101523", "EA", "18.00", 6),
    ("FV-3001", "R-2026-002", "Färskvaror i Exempelstad AB", "Mellanmjölk 1,5 %, 1 liter", "50131701", "EA", "11.90", 6),
    ("FV-3002", "R-2026-002", "Färskvaror i Exempelstad AB", "Smör normalsaltat 500 g", "50131701", "EA", "62.00", 6),
)  # fmt: skip

# organisation, name, street
DELIVERY_ADDRESSES = (
    ("GSF", "Centralskolan", "Skolgatan 1"),
    ("GSF", "Norra skolan", "Norra vägen 12"),
    ("AOF", "Solgården", "Solgårdsvägen 3"),
    ("SLK", "Stadshuset", "Stora torget 1"),
)
POSTCODE, CITY = "999 99", "Exempelstad"

ACCOUNTS = (
    ("6451", "Kontorsmaterial"), ("6411", "Förbrukningsinventarier"), ("6421", "IT-utrustning"),
    ("6461", "Läromedel"), ("6471", "Livsmedel"), ("6431", "Städmaterial"), ("6561", "Hyror"),
    ("7101", "Representation"), ("7051", "Hotell och logi"), ("7059", "Övriga resekostnader"),
    ("7111", "Personalrepresentation och uppvaktning"), ("7651", "Kurs- och konferensavgifter"),
    ("7652", "Handledning anställda"), ("7491", "Konsulter"), ("1687", "Ingående moms"),
    ("2440", "Leverantörsskulder"), ("3740", "Öresavrundning"),
)  # fmt: skip
ROUNDING_ACCOUNT = "3740"
PROJECTS = (("9001", "Digital skola"), ("9002", "Energieffektivisering"))
ACTIVITIES = (("10", "Ordinarie drift"), ("20", "Utveckling"))
COMMENT_ACCOUNTS = ("7101", "7051", "7059", "7111", "7651", "7652")
UNSPSC_ACCOUNTS = (
    ("14", "6451"), ("44", "6451"), ("56", "6411"), ("43", "6421"), ("55", "6461"), ("60", "6461"),
    ("50", "6471"), ("47", "6431"),
)  # fmt: skip

# code, organisation, logic, when (dimension, from, to), then (dimension, from, to)
CODING_RULES = (
    ("C-VERKSAMHET", None, "requires", ("account", "3000", "8999"), ("operation", None, None)),
    ("GSF-31200-7101", "GSF", "forbids", ("responsibility", "31200", "31200"), ("account", "7101", "7101")),
    ("AOF-510-ANSVAR", "AOF", "limits", ("operation", "510", "510"), ("responsibility", "41000", "41999")),
)

# code, organisation, reviewer, secret
RECIPIENT_CODES = (
    ("GSF100", "GSF", "granskare@gsf", False),
    ("GSF200", "GSF", "bestallare2@gsf", False),
    ("AOF100", "AOF", "bestallare@aof", False),
    ("AOF900", "AOF", "sekretess@aof", True),
    ("SLK100", "SLK", "bestallare@slk", False),
)

# number, organisation, buyer, supplier, lines (article, quantity, received), coding, review requested
EX_ORDERS = (
    ("EX-100001", "GSF", "bestallare@gsf", "Kontorsbolaget AB", (("KB-1001", 10, 10), ("KB-1002", 20, 20)),
     ("6451", "31100", "440"), False),
    ("EX-100002", "GSF", "bestallare@gsf", "Kontorsbolaget AB", (("KB-1001", 5, 0),), ("6451", "31100", "440"), False),
    ("EX-100003", "GSF", "bestallare@gsf", "Kontorsbolaget AB", (("KB-1003", 10, 6),), ("6451", "31100", "440"), False),
    ("EX-100004", "GSF", "bestallare@gsf", "Kontorsbolaget AB", (("KB-1004", 1, 1),), ("6411", "31100", "440"), True),
    ("EX-100005", "AOF", "bestallare@aof", "Färskvaror i Exempelstad AB", (("FV-3001", 40, 40), ("FV-3002", 6, 6)),
     ("6471", "41100", "510"), False),
    ("EX-100006", "GSF", "bestallare@gsf", "Skolgrossisten AB", (("SG-2001", 100, 100),), ("6461", "31100", "440"), False),
)  # fmt: skip
