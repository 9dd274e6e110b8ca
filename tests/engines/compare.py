"""Scores every model in every engine and compares with the program; called by tests/engines/run.

An engine is an executable engine_NAME here:

    engine_NAME ASSAY MODEL.json IN.csv OUT.csv WORKDIR

exports the model into WORKDIR, runs its self-test in the real engine, scores IN.csv there and writes OUT.csv with
the columns ID, composite, score, probability and zone. It exits 77 where the engine is not on the machine, and
with a message that has "cannot hold this model" where the program refuses to export; the file "refused" says
which refusals are right.
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import models
import rows

HERE = models.HERE
# Engines with the program's own arithmetic: nothing may differ, not by one bit.
EXACT = {"c", "python", "libassay", "reference"}
# Engines that compare 15 digits of a number: their rows have no value nearer to an edge than that.
COARSE = {"xlsx"}
FIGURES = {"score", "probability", "composite", "zone"}
NEED_NPM = {"duckdb", "onnx", "salesforce", "dbt", "schema"}
# No engine, but tried on every model like one: the schema of model files (schema.mjs).
SCHEMA = "schema"
# Models that are not broken on purpose: each of the many readings takes seconds.
LARGE = {"wide"}
# Spreadsheets are slow and nobody has so many accounts in one: rows tried at most.
MOST_ROWS = {("wide", "xlsx"): 10000}
NOT_HERE = 77
# Started first, so that no processor waits for them at the end.
SLOWEST = ("xlsx", "dbt")


def arguments():
    parser = argparse.ArgumentParser(prog="tests/engines/run", description=__doc__.split("\n")[0])
    parser.add_argument("program", help="build/assay")
    parser.add_argument("--rows", type=int, default=100000, help="for each model [100000]")
    parser.add_argument("--engines", help="a,b,c [all of engine_*]")
    parser.add_argument("--models", help="a,b [%s]" % ",".join(models.NAMES))
    parser.add_argument("--work", help="folder to work in and to leave behind [a temporary one]")
    parser.add_argument("--seed", type=int, default=1, help="of the rows [1]")
    parser.add_argument("--jobs", type=int, default=2, help="engines at a time [2]")
    parser.add_argument("--timeout", type=int, default=1500, help="seconds for an engine [1500]")
    return parser.parse_args()


def chosen(wanted, known, what):
    names = known if wanted is None else wanted.split(",")
    for name in names:
        if name not in known:
            sys.exit('run: unknown %s "%s"; expected one of %s' % (what, name, ", ".join(known)))
    return names


def known_engines():
    return [SCHEMA] + sorted(
        name[len("engine_"):]
        for name in os.listdir(HERE)
        if name.startswith("engine_") and os.access(os.path.join(HERE, name), os.X_OK)
    )


def expected_refusals():
    """Pairs (model, engine) whose export is rightly refused."""
    with open(os.path.join(HERE, "refused"), encoding="utf-8") as file:
        return {tuple(line.split()) for line in file if line.strip() and not line.startswith("#")}


def find_npm(engines):
    """Folder of node packages, or "" where they cannot be had: what needs them is then skipped."""
    if "ASSAY_NPM" in os.environ or not NEED_NPM.intersection(engines):
        return os.environ.get("ASSAY_NPM", "")
    fetch = os.path.join(models.ROOT, "scripts", "fetch-npm")
    done = subprocess.run([fetch, HERE, tempfile.gettempdir()], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


class Result:
    """What came of a model in an engine: passed, failed or skipped, and a line about it."""

    def __init__(self, outcome, text, seconds=None):
        self.outcome, self.text, self.seconds = outcome, text, seconds


def last_lines(text, n=6):
    return "\n".join("    " + line for line in text.strip().splitlines()[-n:])


def compare(program, engine, folder, data, scores, n, seconds):
    """Their scores against the program's."""
    tolerance = "0" if engine in EXACT else "1e-9"
    done = subprocess.run(
        [program, "verify-scores", os.path.join(folder, "model.json"), "--data", data, "--scores", scores,
         "--tolerance", tolerance, "--json", "--quiet"],
        capture_output=True, text=True)
    if done.returncode not in (0, 1):
        return Result("failed", done.stderr.strip(), seconds)
    found = json.loads(done.stdout)
    largest = max(found["largest_difference"][f]["difference"] for f in ("score", "composite"))
    text = "%7d rows, %7d agree, largest difference %-8.3g" % (found["compared"], found["agree"], largest)
    if done.returncode == 0 and found["compared"] == n and set(found["allowed"]) == FIGURES:
        return Result("passed", text, seconds)
    return Result("failed", text + "\n" + json.dumps(found["disagreements"][:3], indent=1, ensure_ascii=False),
                  seconds)


def check_schema(options, model, folder, work):
    if shutil.which("node") is None:
        return Result("skipped", "node is not installed")
    start = time.monotonic()
    command = ["node", os.path.join(HERE, "schema.mjs"), os.path.abspath(options.program),
               os.path.join(folder, "model.json"), work]
    done = subprocess.run(command + ["--intact"] * (model in LARGE), capture_output=True, text=True)
    outcome = {0: "passed", NOT_HERE: "skipped"}.get(done.returncode, "failed")
    return Result(outcome, (done.stdout + done.stderr).strip(), time.monotonic() - start)


def run_engine(options, engine, model, folder, data, refused):
    program = os.path.abspath(options.program)
    work = os.path.join(folder, engine)
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    if engine == SCHEMA:
        return check_schema(options, model, folder, work)
    scores = os.path.join(folder, engine + ".csv")
    start = time.monotonic()
    try:
        done = subprocess.run(
            [os.path.join(HERE, "engine_" + engine), program, os.path.join(folder, "model.json"), data, scores, work],
            capture_output=True, text=True, timeout=options.timeout)
    except subprocess.TimeoutExpired:
        return Result("failed", "not done after %d seconds" % options.timeout)
    except OSError as error:
        return Result("failed", str(error))
    seconds = time.monotonic() - start
    if done.returncode == NOT_HERE:
        return Result("skipped", done.stderr.strip())
    is_refusal = done.returncode != 0 and "cannot hold this model" in done.stderr
    if is_refusal != ((model, engine) in refused):
        what = 'refused, and "refused" does not say so' if is_refusal else 'not refused, as "refused" says it is'
        return Result("failed", what + "\n" + last_lines(done.stderr))
    if is_refusal:
        line = next(line for line in done.stderr.splitlines() if "cannot hold this model" in line)
        return Result("passed", "refused, as it should be: " + line)
    if done.returncode != 0:
        return Result("failed", "exit status %d\n%s" % (done.returncode, last_lines(done.stderr)))
    return compare(program, engine, folder, data, scores, rows_for(options, model, engine), seconds)


def rows_for(options, model, engine):
    return min(options.rows, MOST_ROWS.get((model, engine), options.rows))


def make_model(options, name, engines, folder):
    """A CSV of accounts for each engine to score; None where the model cannot be had here."""
    start = time.monotonic()
    history = models.make(os.path.abspath(options.program), name, folder)
    if history is None:
        return None
    data, written = {}, set()
    for engine in engines:
        n, coarse = rows_for(options, name, engine), engine in COARSE
        data[engine] = os.path.join(folder, "%s%d.csv" % ("coarse" if coarse else "in", n))
        if data[engine] not in written:
            rows.write(os.path.join(folder, "model.json"), history, data[engine], n, options.seed, coarse)
            written.add(data[engine])
    print("%-9s made, with %d rows, in %.1f s" % (name, options.rows, time.monotonic() - start), flush=True)
    return data


def report(name, engine, result, counts):
    counts[result.outcome] += 1
    if result.outcome == "skipped":
        print("skipped: %s in %s: %s" % (name, engine, result.text), flush=True)
        return
    mark = "FAILED " if result.outcome == "failed" else ""
    seconds = "" if result.seconds is None else "  %6.1f s" % result.seconds
    first, *rest = result.text.split("\n")
    print("\n".join(["%s%-9s %-10s %s%s" % (mark, name, engine, first, seconds)] + rest), flush=True)


def run_models(options, names, engines, work, counts):
    refused = expected_refusals()
    for name in names:
        folder = os.path.join(work, name)
        try:
            data = make_model(options, name, engines, folder)
        except models.Failed as error:
            report(name, "-", Result("failed", "could not be made\n%s" % error), counts)
            continue
        if data is None:
            for engine in engines:
                report(name, engine, Result("skipped", "its data is not in ../shared"), counts)
            continue
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            running = {
                pool.submit(run_engine, options, engine, name, folder, data[engine], refused): engine
                for engine in sorted(engines, key=lambda name: name not in SLOWEST)
            }
            for done in concurrent.futures.as_completed(running):
                report(name, running[done], done.result(), counts)
        if options.work is None:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    options = arguments()
    engines = chosen(options.engines, known_engines(), "engine")
    names = chosen(options.models, models.NAMES, "model")
    os.environ["ASSAY_NPM"] = find_npm(engines)
    work = options.work or tempfile.mkdtemp(prefix="assay-engines-")
    os.makedirs(work, exist_ok=True)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    try:
        run_models(options, names, engines, os.path.abspath(work), counts)
    finally:
        if options.work is None:
            shutil.rmtree(work, ignore_errors=True)
    print("engines: %(passed)d passed, %(failed)d failed, %(skipped)d skipped" % counts)
    return 1 if counts["failed"] else 0


sys.exit(main())
