"""What the peers in Python share: the table as pandas reads it, the design, and what they print.

A design file has a line a signal: column,low,high,flip. As every peer: raw values to 0..1, a missing one to 0.5,
turned round where lower is better.
"""
import csv

import numpy
import pandas


def read(data, design):
    """Names, points[n, p] and outcome[n]."""
    with open(design, encoding="utf-8") as lines:
        signals = [(name, float(low), float(high), flip == "1") for name, low, high, flip in csv.reader(lines)]
    table = pandas.read_csv(data)
    points = numpy.empty((len(table), len(signals)), order="F")
    for j, (name, low, high, flip) in enumerate(signals):
        column = (table[name].to_numpy(dtype=float) - low) / (high - low)
        column[numpy.isnan(column)] = 0.5
        points[:, j] = 1 - column if flip else column
    return [signal[0] for signal in signals], points, table["churned"].to_numpy()


def say(names, values, prefix=""):
    for name, value in zip(names, values):
        print(f"{prefix}{name} {value:.17g}")
