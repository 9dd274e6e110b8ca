"""Rows for a model, the nasty ones among them: what engines get wrong if they get anything wrong.

Up to half the rows are the model's own history; the others are drawn from pools that the model file
suggests: knots, steps, bands and range ends hit exactly, by the next double beside them and missed, values
far beyond, missing values in every spelling, plans and categories that nobody knows, cells that need
quotes, accounts with nothing known and accounts with everything at its worst or best.
"""

import csv
import json
import math
import random

POOL = 4096
MISSING = ("", "", "", "", "NA", "n/a", "N/A", "NaN", "null", "NULL")
STRANGE = (
    "Unknown",
    "Zoë & Co",
    "new \"plan\", 2",
    "O'Brien; DROP TABLE accounts; --",
    "=1+1",
    "'",
    "1e3",
    "50%_off\\",
    "*/ \"\"\" ${x} {{ y }}",
    "x" * 200,
)


def columns_of(model):
    """Column -> {"number": critical values, "text": known texts, "drop": whether a gap bars the score}."""
    columns = {}

    def column(name):
        return columns.setdefault(name, {"number": None, "text": None, "drop": False})

    def numbers(name, values):
        at = column(name)
        at["number"] = sorted(set((at["number"] or []) + [float(v) for v in values]))

    def texts(name, values):
        at = column(name)
        at["text"] = list(dict.fromkeys((at["text"] or []) + list(values)))

    cohort = model.get("cohort") or {}
    if cohort.get("plan"):
        texts(cohort["plan"], [node["plan"] for node in model["cohorts"] if node.get("plan")])
    if cohort.get("tenure"):
        numbers(cohort["tenure"], cohort["bands"])
    for signal in model["signals"]:
        by = signal["normalise"]
        if by["method"] == "steps" and "table" in by:
            texts(signal["column"], by["table"])
        elif by["method"] == "steps":
            numbers(signal["column"], [step[0] for step in by["from"]])
        elif by["method"] == "percentile":
            numbers(signal["column"], [x for knots in by["cohorts"] for x in knots["x"]])
        else:
            numbers(signal["column"], [by.get("low", 0), by.get("high", 100)])
        column(signal["column"])["drop"] |= signal["missing"]["policy"] == "drop"
    if model.get("segment_models"):
        by = model["segment_models"]
        texts(by["column"], [one["segment"] for one in by["models"]])
    if model["score"].get("lines_by"):
        by = model["score"]["lines_by"]
        texts(by["column"], [one["segment"] for one in by["lines"]])
    return columns


def spelled(value, coarse):
    return "%.14g" % value if coarse else repr(value)


def beside(draw, value, coarse):
    """The next double up or down; coarse: as near as programs that compare 15 digits can tell."""
    if coarse:
        return value * (1 + draw.choice((-1e-12, 1e-12)))
    return math.nextafter(value, draw.choice((-math.inf, math.inf)))


def number_cell(draw, critical, history, coarse):
    low, high = critical[0], critical[-1]
    span = (high - low) or abs(high) or 1.0
    kind = draw.random()
    if kind < 0.25 and history:
        return draw.choice(history)
    if kind < 0.45:
        value = draw.uniform(low - 0.1 * span, high + 0.1 * span)
        return repr(round(value, draw.choice((0, 1, 2, 6))))
    if kind < 0.50:
        return spelled(draw.uniform(low, high), coarse)
    if kind < 0.80:
        value = draw.choice(critical)
    elif kind < 0.90:
        value = beside(draw, draw.choice(critical), coarse)
    else:
        value = draw.choice((low - span, high + span, -1e15, 1e15, -1e-300, 1e30, -1e30, 0.0, -0.0, high + 1))
    if value == int(value) and abs(value) < 1e15 and draw.random() < 0.7:
        return "%d" % value
    return spelled(value, coarse)


def text_cell(draw, known):
    kind = draw.random()
    if kind < 0.90:
        return draw.choice(known)
    if kind < 0.94:
        text = draw.choice(known)
        other = draw.choice((text.upper(), text.lower(), text + "s", text[:-1] or "?"))
        return other if other not in known else text
    return draw.choice(STRANGE)


def pools_of(model, history, seed, coarse):
    """Column -> a pool of cells."""
    pools = {}
    for name, about in columns_of(model).items():
        draw = random.Random("%d %s" % (seed, name))
        kept = [cell for cell in history.get(name, ()) if cell != ""]
        gaps = 0.004 if about["drop"] else 0.10
        cells = []
        for _ in range(POOL):
            if draw.random() < gaps:
                cells.append(draw.choice(MISSING))
            elif about["number"] is None:
                cells.append(text_cell(draw, about["text"]))
            elif about["text"] is not None and draw.random() < 0.5:
                cells.append(draw.choice(about["text"]))
            else:
                cells.append(number_cell(draw, about["number"], kept, coarse))
        pools[name] = cells
    return pools


def extreme(model, columns, best, coarse):
    """A row at the healthy end of every signal, or at the other."""
    cells = {}
    for signal in model["signals"]:
        by, about = signal["normalise"], columns[signal["column"]]
        up = (signal["better"] == "higher") == best
        if "table" in by:
            cells[signal["column"]] = (max if up else min)(by["table"], key=by["table"].get)
        elif by["method"] == "steps":
            edge = (max if up else min)(by["from"], key=lambda step: step[1])[0]
            cells[signal["column"]] = spelled(edge, coarse)
        else:
            cells[signal["column"]] = spelled(about["number"][-1] + 1 if up else about["number"][0] - 1, coarse)
    return cells


def read_history(path):
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        rows = list(reader)
    return {name: [row[k] for row in rows] for k, name in enumerate(header)}, len(rows)


def write(model_path, history_path, path, n, seed=1, coarse=False):
    """Writes n rows with unique ids to path. coarse: for engines that compare 15 digits of a number, as
    spreadsheets do: nothing lies nearer to an edge than that without lying on it."""
    with open(model_path, encoding="utf-8") as file:
        model = json.load(file)
    history, n_history = read_history(history_path)
    columns = columns_of(model)
    names = list(columns)
    pools = pools_of(model, history, seed, coarse)
    ends = [extreme(model, columns, best, coarse) for best in (False, True)]
    dated = model.get("as_of")
    kept = min(n // 2, n_history)
    draw = random.Random(seed)
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([model["id"]] + ([dated] if dated else []) + names)
        for start in range(0, n, POOL):
            count = min(POOL, n - start)
            drawn = list(zip(*(draw.choices(pools[name], k=count) for name in names)))
            for k, cells in enumerate(drawn):
                row = start + k
                if row < kept:
                    cells = [history[name][row] for name in names]
                elif draw.random() < 0.05:
                    cells = special(draw, model, names, cells, ends)
                out.writerow(["R%07d" % row] + (["2026-09-30"] if dated else []) + list(cells))


def special(draw, model, names, cells, ends):
    """Nothing known, one dimension not known, everything at its worst or best."""
    kind = draw.randrange(4)
    if kind == 0:
        return ["" for _ in names]
    if kind == 1:
        dimension = draw.choice([signal["dimension"] for signal in model["signals"]])
        gone = {s["column"] for s in model["signals"] if s["dimension"] == dimension}
        return ["" if name in gone else cell for name, cell in zip(names, cells)]
    end = ends[kind - 2]
    return [end[name] if name in end else cell for name, cell in zip(names, cells)]
