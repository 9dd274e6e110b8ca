"""A reference scorer, written from docs/model-format.md alone. It is free of the program's licence: use,
change and pass it on without any condition. Usage: python3 scorer.py MODEL.json IN.csv OUT.csv"""
import bisect, csv, functools, hashlib, json, math, operator, re, sys
KNOWN = set("percentile range steps none neutral points indicator drop renormalise renormalise-dimension "
            "log-odds weighted-average".split())  # methods, policies, scales
RESULTS = {"composite": 1e-9, "score": 1e-9, "probability": 1e-11, "zone": 0}  # how far off is still right
def load(path):  # section 1
    with open(path, encoding="utf-8") as file: model = json.load(file, parse_int=float)  # all are doubles
    words = {word for g in model["signals"] for word in (g["normalise"]["method"], g["missing"]["policy"])}
    if model["format"] != "assay-model/1" or not words | {model["score"]["scale"]} <= KNOWN:
        raise ValueError("a format, or a method, a policy or a scale, that this scorer does not know")
    for key in ("weight", "coefficient"): model[key + "s"] = [g[key] for g in model["signals"]]
    return model
def digest(path):  # of every byte before the line before the last
    with open(path, "rb") as f: return "sha256:" + hashlib.sha256(b"".join(f.readlines()[:-2])).hexdigest()
def value(row, column, is_text=False):  # section 2; None is missing
    v = row[column] if column and str(row[column]).lower() not in ("", "na", "n/a", "nan", "null") else None
    if not is_text and re.search("[^-+.0-9eE]", str(v or 0)): raise ValueError(column + ": no number: " + v)
    return v if is_text or v is None else float(v)
def listed(by, key, row):  # section 4: what is listed for the account's segment; else nothing
    return next((m for m in by[key] if m["segment"] == value(row, by["column"], True)), {}) if by else {}
def node_of(by, nodes, row):  # step 1: a plan's node is found at (plan, None), a band's at (parent, band)
    at = {(n["plan"] if n["band"] is None else n["parent"], n["band"]): i for i, n in enumerate(nodes)}
    node, tenure = at.get((value(row, by.get("plan"), True), None), 0), value(row, by.get("tenure"))
    if tenure is None or "plan" in by and node == 0: return node
    return at.get((node, bisect.bisect_right(by["bands"], tenure)), node)
def points(signal, row, node):  # step 2
    n, v = signal["normalise"], value(row, signal["column"], "table" in signal["normalise"])
    if v is None: return None
    if n["method"] == "percentile":
        x, s = next((c["x"], c["s"]) for c in n["cohorts"] if c["cohort"] == node)
        if v <= x[0] or v >= x[-1]: return s[0] if v <= x[0] else s[-1]
        k = bisect.bisect_right(x, v) - 1
        return s[k] + (v / 2 - x[k] / 2) / (x[k + 1] / 2 - x[k] / 2) * (s[k + 1] - s[k])
    if n["method"] == "range": s = clamp(100 * (v - n["low"]) / (n["high"] - n["low"]))
    elif n["method"] == "none": s = clamp(v)
    else: s = n["table"].get(v) if "table" in n else ([p for a, p in n["from"] if a <= v] or n["from"][0])[-1]
    return 100 - s if signal["better"] == "lower" and s is not None else s
def clamp(x): return min(max(0.0, x), 100.0)
def half_up(x): return None if x is None else float(math.floor(x + 0.5 + 1e-9))
def add(numbers): return functools.reduce(operator.add, numbers, 0.0)  # sum() of 3.12 has other last digits
def of(g, signals, s): return [v if h["dimension"] == g["dimension"] else None for h, v in zip(signals, s)]
def average(w, s, negative=False, otherwise=None):  # of the points that are there, if their weights allow one
    w, s = [a for a, b in zip(w, s) if b is not None], [b for b in s if b is not None]
    return add(a * b for a, b in zip(w, s)) / add(w) if add(w) > 0 or negative and add(w) < 0 else otherwise
def rounded(rounding, signals, w, s, H):  # step 5 on the scale weighted-average
    heads = {g["dimension"]: g for g in signals}.values()  # one signal of each dimension
    D, W = [average(w, of(g, signals, s), True) for g in heads], [of(g, signals, w) for g in heads]
    if rounding.get("dimensions"): H = average([add(filter(None, a)) for a in W], [*map(half_up, D)], True, H)
    return half_up(H) if rounding.get("score") else H
def score(model, row):
    own, how = {**model, **listed(model["segment_models"], "models", row)}, model["score"]
    signals, w, node = model["signals"], own["weights"], node_of(model["cohort"] or {}, model["cohorts"], row)
    s = [points(g, row, node) for g in signals]
    gone = [g["missing"]["policy"] if v is None else "" for g, v in zip(signals, s)]  # step 3: its 1, 2, 3
    s = [v if not p else 50.0 if p == "drop" else g["missing"]["value"] for v, p, g in zip(s, gone, signals)]
    s2 = [average(w, of(g, signals, s)) if "dimension" in p else v for v, p, g in zip(s, gone, signals)]
    s = [average(w, s2, otherwise=50.0) if v is None else v for v in s2]
    if "drop" in gone: return dict(dict.fromkeys(RESULTS), normalised=s)
    H = add(a * b for a, b in zip(w, s))  # step 4
    L = add([own["intercept"]] + [a * (b / 100) for a, b in zip(own["coefficients"], s)] +
            [g["missing"]["coefficient"] for g, p in zip(signals, gone) if p == "indicator"])
    p = listed(how["lines_by"], "lines", row).get("probability", how["at_risk_probability"])  # step 5
    S = clamp(50 + how["points_to_halve_odds"] / math.log(2) * (math.log(p / (1 - p)) - L)
              if how["scale"] == "log-odds" else rounded(how.get("rounding", {}), signals, w, s2, H))
    return dict(probability=1 / (1 + math.exp(-L)) if L >= 0 else math.exp(L) / (1 + math.exp(L)), score=S,
                composite=H, normalised=s, zone=[z["name"] for z in model["zones"] if z["from"] <= S][-1])
def agrees(a, b, far): return a == b or None not in (a, b) and far > 0 and abs(a - b) <= far  # section 6
def main(path, source, target):
    model = load(path)
    if model["digest"] != digest(path): sys.exit("altered or cut short: the digest is another")
    for number, (want, got) in enumerate(((e, score(model, e["inputs"])) for e in model["examples"]), 1):
        near = [agrees(a, b, 1e-9) for a, b in zip(want["normalised"], got["normalised"])]
        if not all(near + [agrees(want[key], got[key], far) for key, far in RESULTS.items()]):
            sys.exit("example %d disagrees" % number)
    with open(source, newline="", encoding="utf-8-sig") as file:
        lines = [[row[model["id"]], *map(score(model, row).get, RESULTS)] for row in csv.DictReader(file)]
    with open(target, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([[model["id"], *RESULTS]] + lines)
if __name__ == "__main__": main(*sys.argv[1:])
