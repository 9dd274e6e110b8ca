"""The reference scorer docs/model-format.d/scorer.py against what docs/model-format.md prints.

Run from the root of the project: python3 tests/engines/test_scorer.py
"""
import copy
import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "docs", "model-format.d")
SCORER = os.path.join(FOLDER, "scorer.py")
SMALL = os.path.join(FOLDER, "small.json")
sys.dont_write_bytecode = True
sys.path.insert(0, FOLDER)
import scorer  # noqa: E402

COUNT = {"passed": 0, "failed": 0, "skipped": 0}


def check(name, holds, detail=""):
    COUNT["passed" if holds else "failed"] += 1
    if not holds:
        print("FAIL %s %s" % (name, detail))


def near(name, got, printed):
    """`printed` is text, as in the document: equal to all of its digits"""
    decimals = len(printed.partition(".")[2])
    check(name, got is not None and abs(got - float(printed)) <= 0.5000001 * 10.0 ** -decimals,
          "%r, not %s" % (got, printed))


def account(plan, months, sessions, contract, tickets):
    return {"plan": plan, "months": months, "sessions": sessions, "contract": contract,
            "open_tickets": tickets}


# Section 5 of the document: the account, its points, composite, probability, score and zone
WORKED = {
    "A": (account("Pro", 3, 30, "yearly", None), ["54.5", "60", "56.5625"],
          "56.5625", "0.2205438314", "48.21402489", "At Risk"),
    "B": (account("Pro", 14, 31, None, 7), ["55.75", "50", "65"],
          "55.875", "0.2719008017", "44.21054615", "At Risk"),
    "C": (account("Basic", 20, 400, "yearly", 33), ["95", "60", "0"],
          "65.5", "0.1652048702", "53.37165966", "Neutral"),
}


def test_worked_examples():
    model = scorer.load(SMALL)
    for name, (row, points, composite, probability, score, zone) in WORKED.items():
        cells = {column: "" if v is None else str(v) for column, v in row.items()}
        for kind, inputs in (("values", row), ("cells of a CSV", cells)):
            got, what = scorer.score(model, inputs), "account %s, %s: " % (name, kind)
            check(what + "points", len(got["normalised"]) == len(points))
            for i, (a, b) in enumerate(zip(got["normalised"], points)):
                near(what + "points of signal %d" % (i + 1), a, b)
            near(what + "composite", got["composite"], composite)
            near(what + "probability", got["probability"], probability)
            near(what + "score", got["score"], score)
            check(what + "zone", got["zone"] == zone, got["zone"])
    a = scorer.score(model, WORKED["A"][0])
    check("account A is flagged", a["probability"] > model["score"]["at_risk_probability"])
    nodes = [scorer.node_of(model["cohort"], model["cohorts"], WORKED[name][0]) for name in "ABC"]
    check("cohorts of A, B and C", nodes == [1, 2, 0], nodes)


def test_rounding():
    model = scorer.load(SMALL)
    model["score"]["scale"] = "weighted-average"
    for rounding, printed in ((None, "56.5625"), ((False, False), "56.5625"),
                              ((True, False), "56.875"), ((True, True), "57")):
        model["score"].pop("rounding", None)
        if rounding:
            model["score"]["rounding"] = dict(zip(("dimensions", "score"), rounding))
        got = scorer.score(model, WORKED["A"][0])
        check("rounding %s" % (rounding,), got["score"] == float(printed), got["score"])
        near("rounding %s leaves the composite" % (rounding,), got["composite"], "56.5625")
        near("rounding %s leaves the probability" % (rounding,), got["probability"], "0.2205438314")
    for x, whole in ((0.5, 1.0), (2.5, 3.0), (2.4999999995, 3.0), (2.499999998, 2.0), (54.5, 55.0)):
        check("round(%r)" % x, scorer.half_up(x) == whole, scorer.half_up(x))


def test_other_policies():
    """What the document says of account A under other declarations"""
    def changed(policy, value, dimension="support"):
        model = scorer.load(SMALL)
        model["signals"][2].update(missing={"policy": policy, "value": value}, dimension=dimension)
        return scorer.score(model, WORKED["A"][0])

    dropped = changed("drop", None)
    check("drop: points", dropped["normalised"] == [54.5, 60, 50], dropped["normalised"])
    check("drop: no score", [dropped[k] for k in ("composite", "score", "probability", "zone")] == [None] * 4)
    check("points 0", changed("points", 0.0)["composite"] == 45.25)
    check("renormalise-dimension", changed("renormalise-dimension", None, "product")["normalised"][2] == 54.5)
    model = scorer.load(SMALL)
    model["score"]["lines_by"] = {"column": "plan", "lines": [{"segment": "Pro", "probability": 0.3}]}
    got = scorer.score(model, WORKED["A"][0])
    near("a line of its own", got["score"], "55.99010068")
    check("its zone", got["zone"] == "Neutral", got["zone"])


def test_length():
    with open(SCORER, encoding="utf-8") as file:
        lines = file.read().split("\n")
    if lines[-1] == "":
        lines.pop()
    check("at most 80 lines", len(lines) <= 80, len(lines))
    wide = [i for i, line in enumerate(lines, 1) if len(line) > 110]
    check("at most 110 characters a line", not wide, wide)


def write(model, path):
    """As section 1 has it: the digest in the line before the last, of all bytes before that line"""
    body = json.dumps({k: v for k, v in model.items() if k != "digest"}, indent=2)[:-2] + ",\n"
    with open(path, "wb") as file:
        file.write(body.encode() + b'  "digest": "sha256:%s"\n}\n'
                   % hashlib.sha256(body.encode()).hexdigest().encode())


def run(model, source, target):
    if os.path.exists(target):
        os.remove(target)
    done = subprocess.run([sys.executable, SCORER, model, source, target], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)
    return done.returncode, done.stderr


def test_program(folder):
    """small.json with the worked accounts as its examples, from file to file"""
    path, source, target = (os.path.join(folder, name) for name in ("model.json", "in.csv", "out.csv"))
    model = scorer.load(SMALL)
    model["examples"] = [dict(scorer.score(model, row), inputs=row) for row, *_ in WORKED.values()]
    with open(source, "w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, ["account"] + list(WORKED["A"][0]))
        out.writeheader()
        out.writerows(dict(row, account=name) for name, (row, *_) in WORKED.items())
    write(model, path)
    code, said = run(path, source, target)
    check("the program runs", code == 0, said)
    if code == 0:
        with open(target, newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        check("header", lines[0] == ["account", "composite", "score", "probability", "zone"], lines[0])
        check("one line per row, in order", [line[0] for line in lines[1:]] == list(WORKED))
        check("composites", [float(line[1]) for line in lines[1:]] == [56.5625, 55.875, 65.5])

    dropping = copy.deepcopy(model)
    dropping["signals"][2]["missing"] = {"policy": "drop", "value": None}
    loaded = {**dropping, "examples": []}
    for example in dropping["examples"]:
        example.update(scorer.score(loaded, example["inputs"]))
    write(dropping, path)
    code, said = run(path, source, target)
    check("a dropped account", code == 0, said)
    if code == 0:
        with open(target, newline="", encoding="utf-8") as file:
            check("has empty cells", file.read().split("\n")[1] == "A,,,,")

    def refused(name, change, says):
        other = copy.deepcopy(model)
        change(other)
        write(other, path)
        code, said = run(path, source, target)
        check(name + " is refused", code == 1 and says in said and not os.path.exists(target), (code, said))

    refused("another format", lambda m: m.update(format="assay-model/2"), "")
    refused("an unknown policy", lambda m: m["signals"][0]["missing"].update(policy="guess"), "know")
    refused("an unknown method", lambda m: m["signals"][0]["normalise"].update(method="spline"), "know")
    refused("an unknown scale", lambda m: m["score"].update(scale="odds"), "know")
    refused("a wrong zone", lambda m: m["examples"][1].update(zone="Neutral"), "example 2")
    refused("a score where there is none", lambda m: m["examples"][2].update(score=None), "example 3")
    wrong = {"composite": 2e-9, "score": 2e-9, "probability": 2e-11}
    for key, far in wrong.items():
        moved = {key: model["examples"][0][key] + far}
        refused("another " + key, lambda m: m["examples"][0].update(moved), "example 1")
        close = copy.deepcopy(model)
        close["examples"][0][key] += far / 4
        write(close, path)
        check(key + " within the tolerance", run(path, source, target)[0] == 0)

    def first_point(m):
        m["examples"][0]["normalised"][0] += 1e-8
    refused("other points", first_point, "example 1")
    damaged(model, path, source, target, "small.json")


def damaged(model, path, source, target, name):
    """One digit changed, a line lost, or no digest: nothing is scored"""
    write(model, path)
    with open(path, "rb") as file:
        data = file.read()
    digest = model_digest(data)
    other = ("1" if digest[0] == "0" else "0") + digest[1:]
    cases = {"a damaged digest": data.replace(digest.encode(), other.encode()),
             "a changed byte": data.replace(b'"name": "', b'"name": "x', 1),
             "a lost blank": data.replace(b'"name": "', b'"name":"', 1),
             "a file cut short": data[:len(data) // 2]}
    for what, bad in cases.items():
        with open(path, "wb") as file:
            file.write(bad)
        code, said = run(path, source, target)
        check("%s: %s is refused" % (name, what), code == 1 and not os.path.exists(target), (code, said))


def model_digest(data):
    return data.split(b"\n")[-3].decode().split('"sha256:')[1].rstrip('"')


def main():
    with tempfile.TemporaryDirectory() as folder:
        test_worked_examples()
        test_rounding()
        test_other_policies()
        test_length()
        test_program(folder)
    print("scorer: %(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNT)
    return 1 if COUNT["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
