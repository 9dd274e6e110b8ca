"""Accounts as a table of a database, for the runners of SQL: numbers as numbers, empty cells as NULL."""

import json
import os
import subprocess

MISSING = ("", "na", "n/a", "nan", "null")
FIGURES = ("composite", "score", "probability", "zone")


def is_missing(cell):
    return len(cell) <= 4 and cell.lower() in MISSING


def read_model(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def number_columns(model):
    """Columns that the model reads as numbers; it reads no other but as texts."""
    cohort = model.get("cohort") or {}
    columns = {cohort["tenure"]} if cohort.get("tenure") else set()
    for signal in model["signals"]:
        if "table" not in signal["normalise"]:
            columns.add(signal["column"])
    return columns


def quoted(name):
    return '"%s"' % name.replace('"', '""')


def export(assay, model, folder, name, *options):
    """The text of an export, which is left in folder/name."""
    path = os.path.join(folder, name)
    done = subprocess.run([assay, "export", model, *options, "--output", path], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def typed_columns(header, numbers, real):
    """The columns of a table of texts as expressions, those of numbers converted."""
    missing = ", ".join("'%s'" % word for word in MISSING)
    for name in header:
        column = quoted(name)
        value = "CAST(%s AS %s)" % (column, real) if name in numbers else column
        yield "CASE WHEN lower(%s) IN (%s) THEN NULL ELSE %s END AS %s" % (column, missing, value, column)


def figures_of(query, model):
    """A query for what verify-scores reads."""
    return 'SELECT %s, %s FROM (\n%s\n) AS scored' % (quoted(model["id"]), ", ".join(FIGURES), query)
