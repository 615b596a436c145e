"""Recompute a refund plan from its certificate, with nothing but Python's standard library.

    python3 scripts/recompute_distribution.py certificate.json

It finds the common level another way than the system does: start with everybody, drop whoever would
get less than nothing, repeat. Exit status 0: every line agrees; 1: the differences are printed.
"""

import hashlib
import json
import sys
from decimal import Decimal
from fractions import Fraction


def fen(yuan):
    return int(Decimal(yuan) * 100)


def recompute(document):
    """claim → (outstanding, share in fen, disposition)."""
    pool, net = fen(document["pool"]), document["rule"] == "net_of_returns"
    claims = {}
    for line in document["lines"]:
        received = fen(line["refunds"]) + fen(line["returns"]) * document["returns_offset"]
        principal = 0 if line["standing"] == "excluded" else fen(line["principal"])
        owed = max(0, principal - received)
        claims[line["claim"]] = (owed, 0, owed) if net else (principal, received, owed)
    whole = pool >= sum(owed for _, _, owed in claims.values())
    quotas, active = {}, {key for key, (weight, _, _) in claims.items() if weight}
    while active and not whole:
        weights = sum(claims[key][0] for key in active)
        level = Fraction(pool + sum(claims[key][1] for key in active), weights)
        quotas = {key: level * claims[key][0] - claims[key][1] for key in active}
        if all(quota >= 0 for quota in quotas.values()):
            break
        active = {key for key in active if quotas[key] >= 0}
    shares = {
        key: owed if whole else int(quotas.get(key, 0)) for key, (_, _, owed) in claims.items()
    }
    left = 0 if whole or not active else pool - sum(shares.values())
    rank = sorted(quotas, key=lambda key: (-(quotas[key] % 1), -claims[key][2], key))
    for key in rank[:left]:
        shares[key] += 1
    ways = {
        line["claim"]: "pay" if line["standing"] == "registered" else "set_aside"
        for line in document["lines"]
    }
    return {
        key: (claims[key][2], share, ways[key] if share else "none")
        for key, share in shares.items()
    }


def main(path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    faults = []
    body = {key: value for key, value in document.items() if key != "digest"}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if hashlib.sha256(text.encode()).hexdigest() != document["digest"]:
        faults.append("digest: 文件内容被改动过")
    mine = recompute(document)
    for line in document["lines"]:
        theirs = (fen(line["outstanding"]), fen(line["share"]), line["disposition"])
        if mine[line["claim"]] != theirs:
            faults.append(f"{line['claim']}: 证书 {theirs}，重算 {mine[line['claim']]}")
    if sum(share for _, share, _ in mine.values()) != fen(document["distributed"]):
        faults.append("distributed: 合计不符")
    if fen(document["distributed"]) + fen(document["undistributed"]) != fen(document["pool"]):
        faults.append("pool: 合计不符")
    print("\n".join(faults) or f"{len(mine)} 笔全部相符，合计 {document['distributed']} 元")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
