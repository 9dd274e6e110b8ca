"""The page that scripts/bench writes, docs/benchmarks.md: its figures and its words."""
import datetime
import os
import platform
import subprocess
from pathlib import Path

FULL = 10000000  # rows that the goals are for
MEGABYTE = 1 << 20  # as --memory counts them
INSTALL = ("sudo apt-get install r-base-core r-cran-data.table python3-pandas python3-sklearn python3-statsmodels "
           "nodejs npm")


def seconds(value):
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def megabytes(value):
    return f"{value / MEGABYTE:,.0f}"


def times(value):
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def table(head, lines):
    """Markdown; the first column is text, the others are figures."""
    rule = "| --- " + "| ---: " * (len(head) - 1) + "|"
    return "\n".join(["| " + " | ".join(line) + " |" for line in [head]] + [rule] +
                     ["| " + " | ".join(line) + " |" for line in lines])


# ---- the machine ----


def first(lines, start):
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(start)), "")


def machine():
    processor = Path("/proc/cpuinfo").read_text().splitlines()
    memory = Path("/proc/meminfo").read_text().splitlines()
    gigabytes = int(first(memory, "MemTotal").split()[0]) / 1024**2
    flags = first(processor, "flags").split()
    widest = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "no AVX2")
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "") or platform.system()
    return (f"{len(os.sched_getaffinity(0))} processors ({first(processor, 'model name') or platform.machine()}, {widest}), "
            f"{gigabytes:.0f} GiB, {system}, Linux {platform.release()}"), "avx512f" in flags


def version(assay):
    return subprocess.run([assay, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


# ---- goals ----


class Goals:
    """Lines of what was asked, what came out, and whether that is enough."""

    def __init__(self):
        self.lines = []

    def add(self, work, asked, came, met):
        self.lines.append((work, asked, came, "yes" if met else "**no**"))

    def at_most(self, work, value, limit, unit):
        self.add(work, f"at most {limit:g} {unit}", f"{times(value)} {unit}", value <= limit)

    def at_least(self, work, value, limit, unit):
        self.add(work, f"at least {limit:,g} {unit}" if limit < 1e6 else f"at least {limit:,.0f} {unit}",
                 f"{times(value)} {unit}" if value < 1e6 else f"{value:,.0f} {unit}", value >= limit)


def fastest(bench, start):
    """Seconds of the fastest peer whose name starts so, or None."""
    found = [bench.seconds(name) for name in bench.runs if name.startswith(start)]
    return min(found) if found else None


def main_goals(bench, goals, rows, wide):
    wc = bench.seconds("wc")
    calibrate = "`calibrate`, fixed ranges, no anchor, free signs, nothing held out"
    limit = 4 if wide else 5
    goals.at_most(calibrate, bench.seconds("range") / wc, limit, "x `wc -l`")
    goals.at_most(f"{calibrate}, spilling", bench.seconds("range-spill") / wc, limit, "x `wc -l`")
    for start, least in (("R, fread", 100), ("scikit-learn", 30)):
        peer = fastest(bench, start)
        if peer is not None:
            goals.at_least(calibrate, peer / bench.seconds("range"), least, f"x as fast as {start.split(',')[0]}")
    goals.at_most(f"{calibrate}, spilling", bench.peak("range-spill") / MEGABYTE, 32, "MB")
    goals.at_most(calibrate, bench.peak("range") / MEGABYTE, 600, "MB")
    goals.at_most("`calibrate`, default", bench.seconds("default") / wc, 40, "x `wc -l`")
    goals.at_most("`calibrate`, default, spilling", bench.peak("default-spill") / MEGABYTE, 128, "MB")
    goals.at_most("`validate` with report", bench.seconds("validate") / wc, 25, "x `wc -l`")
    goals.at_least("`score`", rows / bench.seconds("score"), 3000000, "rows a second")
    goals.at_most("`score`", bench.peak("score") / MEGABYTE, 32, "MB")


def growth_goals(bench, goals, sizes, few):
    small = min((size for size in sizes if size >= 1000000), default=sizes[-1])
    large = sizes[-1]
    if large > small:
        ratio = bench.seconds(f"range-spill {large}") / large / (bench.seconds(f"range-spill {small}") / small)
        goals.at_most(f"time a row, {large:,} rows against {small:,}", ratio, 1.1, "x")
        memory = bench.peak(f"range-spill {large}") / bench.peak(f"range-spill {small}")
        goals.at_most(f"peak memory, spilling, {large:,} rows against {small:,}", memory, 1.1, "x")
    goals.at_most("start", 1000 * bench.seconds("start"), 10, "ms")
    goals.at_most(f"50 signals, {few:,} rows", bench.seconds("range x 50") / bench.seconds("wc x 50"), 8, "x `wc -l`")
    goals.at_most("the demo with 1,000 resamples", bench.seconds("demo"), 3, "s")


# ---- sections ----


def main_table(bench, memory):
    names = [("`wc -l`", "wc"), ("`calibrate`, fixed ranges", "range"),
             (f"`calibrate`, fixed ranges, `--memory={memory[0]}`", "range-spill"),
             ("`calibrate`, fixed ranges, cross-validated (2 folds)", "range-folds"), ("`calibrate`, default", "default"),
             (f"`calibrate`, default, `--memory={memory[1]}`", "default-spill"), ("`validate --report`", "validate"),
             ("`score`", "score")]
    wc = bench.seconds("wc")
    return table(["command", "seconds", "processor seconds", "x `wc -l`", "peak MB"],
                 [[label, seconds(bench.seconds(name)), seconds(bench.processor(name)), times(bench.seconds(name) / wc),
                   megabytes(bench.peak(name))] for label, name in names])


def peer_table(bench, peers):
    lines = [["assay", seconds(bench.seconds("range")), seconds(bench.processor("range")), "1", "1",
              megabytes(bench.peak("range")), "", ""]]
    for peer in peers:
        if not bench.has(peer.name):
            lines.append([peer.name, f"did not finish: {bench.failed[peer.name]}", "", "", "", "", "", ""])
            continue
        lines.append([peer.name, seconds(bench.seconds(peer.name)), seconds(bench.processor(peer.name)),
                      times(bench.seconds(peer.name) / bench.seconds("range")),
                      times(bench.processor(peer.name) / bench.processor("range")), megabytes(bench.peak(peer.name)),
                      f"{peer.off:.0e}", f"{peer.coef:.0e}"])
    return table(["program", "seconds", "processor seconds", "x assay", "x assay, processor", "peak MB", "off by",
                  "allowed"], lines)


def peer_section(bench, peers, missing, with_peers):
    if not with_peers:
        return "Other programs were left out of this run.\n"
    parts = []
    if peers:
        parts += [peer_table(bench, peers), "",
                  "\"Off by\" is the largest difference of a coefficient from assay's, in log-odds per 100 points; "
                  "\"allowed\" is what the program's own convergence leaves open:", ""]
        parts += [f"- {peer.name} ({peer.version}): {peer.why}." for peer in peers]
        parts.append("")
    parts += [f"- {name}: not installed." for name in missing]
    return "\n".join(parts).rstrip() + "\n"


def growth_tables(bench, sizes, few, signals):
    rows = []
    for size in sizes:
        time, spill = bench.seconds(f"range {size}"), bench.seconds(f"range-spill {size}")
        rows.append([f"{size:,}", seconds(bench.seconds(f"wc {size}")), seconds(time), f"{1e9 * time / size:.0f}",
                     megabytes(bench.peak(f"range {size}")), seconds(spill), megabytes(bench.peak(f"range-spill {size}"))])
    columns = []
    for n in signals:
        time, wc = bench.seconds(f"range x {n}"), bench.seconds(f"wc x {n}")
        columns.append([str(n), seconds(wc), seconds(time), times(time / wc), megabytes(bench.peak(f"range x {n}"))])
    return (table(["rows", "`wc -l`", "seconds", "ns a row", "peak MB", "spilling: seconds", "peak MB"], rows),
            table([f"signals, {few:,} rows", "`wc -l`", "seconds", "x `wc -l`", "peak MB"], columns))


def library_section(library):
    return "```\n" + (library or "nothing was printed") + "\n```\n"


def runs_text(rounds):
    return f"Medians of {rounds} runs that alternate" if rounds > 1 else "One run of each"


PAGE = """# Benchmarks

Written by `make bench` (`scripts/bench`) on {date}: {version}, {machine}.
{runs}, the table in the page cache; peak memory is the largest resident set of any
run, a MB being 1,048,576 bytes. A ratio within this page carries over to another machine, seconds do not.

The table is drawn by `scripts/bench-data.c`: {rows:,} quarterly snapshots, five an account, with date, plan, segment,
tenure, 12 signals, of which two are missing in 2% of the rows, and whether the account churned. The coefficients it is
drawn with are known, and the fit is held against them.

## The commands

{main}

`fixed ranges` is `datasets/bench-range.spec.json`: points of fixed ranges, unpenalised maximum likelihood with
standard errors by account and AUC, as other programs do it, and as with them nothing is held out (`"folds": 0`, a
first look): its figures are apparent, with intervals by account. `cross-validated` is the same with 2 folds of
accounts: all figures on held-out snapshots as well, and beside equal weights. `default` is
`datasets/bench-default.spec.json`: percentiles within 16 cohorts, weights of the right sign, pulled to equal ones by
cross-validation over accounts, a line to flag accounts by. With a small `--memory` rows lie in files, and the model is
the same to the byte, or the run fails.

## Beside other programs

Each reads the same table, makes the same points of it, fits the same model and computes standard errors, where it has
them, and AUC. A run fails when one disagrees with assay.

{peers}
Memory that is new to a process has to be cleared, which virtual machines make dear for programs that need gigabytes:
processor time is the second ratio for that reason.

To install what is compared with, on Debian and Ubuntu:

    {install}

## Growth

{growth}

{columns}

Start (`assay --version`): {start:.1f} ms. The demo with 1,000 resamples of the whole pipeline: {demo} s.

## Scoring in memory

libassay on one core, accounts in memory; `scripts/bench-export` has the exported C scorer.

{library}
## Goals

{goals_for}

{goals}
"""


def write(bench, rows, sizes, few, signals, peers, missing, with_peers, library, memory):
    where, wide = machine()
    goals = Goals()
    main_goals(bench, goals, rows, wide)
    growth_goals(bench, goals, sizes, few)
    growth, columns = growth_tables(bench, sizes, few, signals)
    goals_for = ("What was asked, and whether this run gave it." if rows == FULL else
                 f"They were set for {FULL:,} rows; this run had {rows:,}.")
    return PAGE.format(
        date=datetime.date.today().isoformat(), version=version(bench.assay), machine=where, runs=runs_text(bench.rounds),
        rows=rows, main=main_table(bench, memory), peers=peer_section(bench, peers, missing, with_peers),
        install=INSTALL, growth=growth, columns=columns, start=1000 * bench.seconds("start"),
        demo=seconds(bench.seconds("demo")), library=library_section(library), goals_for=goals_for,
        goals=table(["work", "asked", "came out", "met"], [list(line) for line in goals.lines]))
