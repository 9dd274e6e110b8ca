"""The models that every engine is tried on: their histories and specs, calibrated in a folder.

    demo      datasets/demo.csv as an analyst would declare it
    telco     7,043 customers of a telephone company (../shared; absent: skipped)
    cohorts   8 plans x 5 tenure bands, every method and every missing policy, weights by segment, lines by
              region, a free sign, names with quotes and accents
    wide      200 signals
    imported  a scorecard of Totango's kind (docs/import): an average of groups, rounded at each level

Nothing here is random but what "assay simulate" draws from a fixed seed.
"""

import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("ASSAY_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
NAMES = ("demo", "telco", "cohorts", "wide", "imported")
ZONES = [
    {"name": "Critical", "from": 0},
    {"name": "At Risk", "from": 25},
    {"name": "Neutral", "from": 50},
    {"name": "Healthy", "from": 75},
]
# Weights near equal ones at a given strength, no bootstrap: the fit takes a second, and any weights will do.
QUICK = {"anchor": "equal", "strength": 1, "bootstrap": 0, "folds": 2}


def signal(name, dimension, better="higher", missing="neutral", **normalise):
    """A signal of a spec; normalise defaults to percentile."""
    made = {"name": name, "dimension": dimension, "better": better, "missing": missing}
    if normalise:
        made["normalise"] = normalise
    return made


# ---- specs ----


def telco_spec():
    yes_no = {"method": "range", "low": 0, "high": 1}
    payment = {
        "Electronic check": 0,
        "Mailed check": 45,
        "Bank transfer (automatic)": 90,
        "Credit card (automatic)": 100,
    }
    return {
        "name": "telco",
        "id": "customer_id",
        "outcome": {"column": "churned"},
        "cohort": {"plan": "plan", "tenure": "tenure_months", "bands": [6, 24, 48]},
        "signals": [
            signal("tenure_months", "relationship", method="range", low=0, high=72),
            signal("monthly_charges", "financial", "lower"),
            signal("total_charges", "financial", missing="renormalise"),
            signal("auto_pay", "financial", **yes_no),
            signal("payment_method", "financial", method="steps", table=payment),
            signal("paperless_billing", "financial", "lower", **yes_no),
            signal("internet_service", "product", method="steps",
                   table={"No": 100, "DSL": 60, "Fiber optic": 20}),
            signal("online_security", "product", missing="drop", **yes_no),
            signal("tech_support", "product", **yes_no),
            signal("addon_services", "product", method="steps", **{"from": [[0, 0], [1, 30], [2, 60], [4, 100]]}),
            signal("partner", "relationship", **yes_no),
            signal("dependents", "relationship", **yes_no),
        ],
        "zones": ZONES,
        "fit": QUICK,
    }


PLANS = ("Basic", "Team", "Business", "Enterprise", "Größe M", 'Scale "up"', "O'Neil, Inc.", "100%_back\\slash")
SEGMENTS = ("Retail", "Arts, crafts", 'The "other" one', "Zürich", "Public")
REGIONS = ("EMEA", "APAC", "Americas")


def cohorts_spec():
    signals = [
        signal("usage", "product"),
        signal("seats", "product", missing="renormalise", method="range", low=0.2, high=0.9),
        signal("features", "product", missing="renormalise-dimension"),
        signal("idle_days", "product", "lower", "indicator"),
        signal("nps", "sentiment", missing=20, method="steps", **{"from": [[0, 0], [7, 45], [9, 100]]}),
        signal("csat", "sentiment", missing="renormalise"),
        signal("touches", "sentiment", missing="renormalise-dimension"),
        signal("tickets", "support", "lower", "drop"),
        signal("first_reply", "support", "lower", "renormalise-dimension", method="range", low=1, high=48),
        signal("escalations", "support", "lower", 0, method="steps", **{"from": [[0, 0], [1, 70], [3, 100]]}),
        signal("health_check", "support", "lower", "indicator", method="none"),
        signal("industry", "fit", method="steps", table=dict(zip(SEGMENTS, (30, 55, 70, 100, 0)))),
        signal("where", "fit", "lower", "renormalise-dimension", method="steps",
               table=dict(zip(REGIONS, (20, 80, 45)))),
        signal("age", "fit", "higher", "neutral", method="range", low=0, high=60),
    ]
    for name, column in (("industry", "segment"), ("where", "region"), ("age", "tenure_months")):
        next(s for s in signals if s["name"] == name)["column"] = column
    next(s for s in signals if s["name"] == "touches")["sign"] = "free"
    return {
        "name": "cohorts",
        "id": "account_id",
        "as_of": "as_of",
        "outcome": {"date": "churned_on", "horizon_days": 90, "observed_until": "2026-09-30"},
        "cohort": {"plan": "plan", "tenure": "tenure_months", "bands": [3, 12, 24, 48], "borrow": 30},
        "signals": signals,
        "zones": ZONES,
        "line": {"rule": "targets", "by": "region"},
        "fit": {**QUICK, "models_by": "segment", "pooling": 1},
    }


def shapes(n):
    """Shapes of simulated signals, in turn."""
    kinds = (
        {"family": "lognormal", "median": 40, "sigma": 0.8},
        {"family": "share", "median": 0.6, "sigma": 0.9},
        {"family": "normal", "mean": 8, "sd": 2.5, "decimals": 1, "low": 0, "high": 30},
        {"family": "hurdle", "zero": 0.2, "median": 6, "sigma": 1.0, "decimals": 0, "high": 180},
        {"family": "count", "mean": 2, "size": 1.5},
    )
    return [kinds[j % len(kinds)] for j in range(n)]


def scenario(name, accounts, names, lower, by_name=None, gaps=0.08):
    """A world in which the named signals have equal weights. by_name: shapes of some."""
    drawn = [
        {
            "name": signal_name,
            "dimension": "d%d" % (j % 4),
            "better": "lower" if signal_name in lower else "higher",
            "weight": 1 / len(names),
            "shape": (by_name or {}).get(signal_name, shape),
            "missing": {"rate": gaps},
        }
        for j, (signal_name, shape) in enumerate(zip(names, shapes(len(names))))
    ]
    return {
        "name": name,
        "seed": 20261123,
        "accounts": accounts,
        "first_quarter": "2025-06-30",
        "quarters": 5,
        "observed_until": "2026-09-30",
        "horizon_days": 90,
        "joining_share": 0.4,
        "mean_tenure_months": 22,
        "plans": [{"name": plan, "share": 1 / len(PLANS), "arr_median": 9000, "arr_sigma": 0.5} for plan in PLANS],
        "segments": [{"name": segment, "share": 1 / len(SEGMENTS)} for segment in SEGMENTS],
        "regions": [{"name": region, "share": share} for region, share in zip(REGIONS, (0.5, 0.25, 0.25))],
        "owners": ["Nobody"],
        "latent": {"common": 0.3, "dimension": 0.2, "persistence": 0.8},
        "risk": {"intercept": 2.0, "slope": 8},
        "signals": drawn,
    }


def cohorts_scenario():
    spec = cohorts_spec()
    own = [s for s in spec["signals"] if "column" not in s]
    by_name = {
        "nps": {"family": "normal", "mean": 7.3, "sd": 2.1, "decimals": 0, "low": 0, "high": 10},
        "seats": {"family": "share", "median": 0.6, "sigma": 0.9},
        "first_reply": {"family": "lognormal", "median": 8, "sigma": 0.9, "decimals": 1},
        "escalations": {"family": "count", "mean": 0.8, "size": 1.2},
        "tickets": {"family": "count", "mean": 2, "size": 1.1},
        "health_check": {"family": "normal", "mean": 40, "sd": 25, "decimals": 2},
    }
    lower = [s["name"] for s in own if s["better"] == "lower"]
    return scenario("cohorts", 2500, [s["name"] for s in own], lower, by_name, gaps=0.04)


def wide_spec():
    methods = (
        {},
        {"method": "range", "low": 0.1, "high": 0.95},
        {},
        {"method": "steps", "from": [[0, 0], [1, 20], [5, 60], [20, 100]]},
        {},
    )
    policies = ("neutral", "renormalise", "neutral", "indicator", "renormalise-dimension")
    signals = [
        signal("s%03d" % j, "d%d" % (j % 4), "lower" if j % 5 == 3 else "higher", policies[j // 5 % 5],
               **methods[j % 5])
        for j in range(200)
    ]
    return {
        "name": "wide",
        "id": "account_id",
        "as_of": "as_of",
        "outcome": {"date": "churned_on", "horizon_days": 90, "observed_until": "2026-09-30"},
        "cohort": {"plan": "plan"},
        "signals": signals,
        "zones": ZONES,
        "fit": QUICK,
    }


def wide_scenario():
    spec = wide_spec()
    lower = [s["name"] for s in spec["signals"] if s["better"] == "lower"]
    return scenario("wide", 600, [s["name"] for s in spec["signals"]], lower, gaps=0.03)


# ---- models ----


class Failed(Exception):
    """A model could not be made; the text says why."""


def call(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed("%s\n%s" % (" ".join(command), done.stderr.strip()))


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)


def calibrate(assay, folder, spec, data):
    path = os.path.join(folder, "spec.json")
    if isinstance(spec, str):
        path = spec
    else:
        write_json(path, spec)
    call(assay, "calibrate", path, "--data", data, "--quiet", "-o", os.path.join(folder, "model.json"))


def simulate(assay, folder, world):
    path, data = os.path.join(folder, "scenario.json"), os.path.join(folder, "history.csv")
    write_json(path, world)
    call(assay, "simulate", path, "-o", data)
    return data


def make(assay, name, folder):
    """Makes folder/model.json and returns a CSV of accounts that it scores, or None where the data that it
    needs is absent; raises Failed."""
    os.makedirs(folder, exist_ok=True)
    if name == "demo":
        data = os.path.join(ROOT, "datasets", "demo.csv")
        with open(os.path.join(ROOT, "datasets", "demo.spec.json"), encoding="utf-8") as file:
            text = file.read()
        path = os.path.join(folder, "spec.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('"seed"', '"fit": {"strength": 1, "bootstrap": 0}, "seed"'))
        calibrate(assay, folder, path, data)
        return data
    if name == "telco":
        data = os.path.join(SHARED, "datasets", "telco_signals.csv")
        if not os.path.exists(data):
            return None
        calibrate(assay, folder, telco_spec(), data)
        return data
    if name == "imported":
        card = os.path.join(ROOT, "docs", "import", "totango.csv")
        call(assay, "import", "--from", "totango", card, "-o", os.path.join(folder, "model.json"))
        return os.path.join(ROOT, "datasets", "demo.csv")
    spec, world = (cohorts_spec, cohorts_scenario) if name == "cohorts" else (wide_spec, wide_scenario)
    data = simulate(assay, folder, world())
    calibrate(assay, folder, spec(), data)
    return data
