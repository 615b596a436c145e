"""Draw a sample again from its record, with nothing but Python's standard library.

    python3 scripts/redraw_sample.py record.json

Exit status 0: the seed fits its seal, the list its fingerprint, and the same members are drawn;
1: what does not fit is printed.
"""

import hashlib
import json
import sys
from collections import defaultdict
from fractions import Fraction


def sha(text):
    return hashlib.sha256(text.encode())


def shares(sizes, size):
    """How many each stratum gives: in proportion, at least one where there is room for all."""
    size = min(size, sum(sizes.values()))
    if size == 0:
        return dict.fromkeys(sizes, 0)
    due = {key: Fraction(size * many, sum(sizes.values())) for key, many in sizes.items()}
    least = 1 if size >= len(sizes) else 0
    given = {key: max(least, int(quota)) for key, quota in due.items()}
    order = sorted(sizes)
    while sum(given.values()) < size:
        able = [key for key in order if given[key] < sizes[key]]
        given[max(able, key=lambda key: due[key] - given[key])] += 1
    while sum(given.values()) > size:
        able = [key for key in order if given[key] > 1]
        given[max(able, key=lambda key: given[key] - due[key])] -= 1
    return given


def redraw(record):
    """(fingerprint of the list, ids drawn)."""
    strata, lines = defaultdict(list), []
    for member in record["members"]:
        strata[tuple(member["stratum"])].append(member["id"])
        lines.append("\t".join([member["id"], *member["stratum"]]))
    digest = sha("\n".join(sorted(lines))).hexdigest()
    salt = f"{record['seed']}|{record['period']}|{digest}"
    given = shares({key: len(ids) for key, ids in strata.items()}, record["size"])
    drawn = set()
    for key, ids in strata.items():
        drawn.update(sorted(ids, key=lambda one: sha(f"{salt}|{one}").digest())[: given[key]])
    return digest, drawn


def main(path):
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    faults = []
    seal = sha(f"yinling-seed|{record['seed']}").hexdigest()
    if record["seed_commitment"] not in ("", seal):
        faults.append("seed does not fit its seal")
    digest, drawn = redraw(record)
    if digest != record["population_digest"]:
        faults.append("list does not fit its fingerprint")
    kept = {member["id"] for member in record["members"] if member["drawn"]}
    faults += [f"drawn, but not by this seed: {one}" for one in sorted(kept - drawn)]
    faults += [f"not drawn, but should be: {one}" for one in sorted(drawn - kept)]
    print("\n".join(faults) or f"agrees: {len(drawn)} of {len(record['members'])}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
