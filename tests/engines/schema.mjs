// schema.mjs ASSAY MODEL.json WORKDIR [--intact] - docs/model.schema.json, checked by ajv
//
// The model follows the schema. Each way of breaking it below is refused by the schema, and by the program
// too: the broken file carries its right digest, so that the rule itself is what refuses it. Both accept the
// model written out again as it is, or a refusal would prove nothing. Prints how many were refused; with
// --intact nothing is broken (a model of 200 signals takes its time).
// Exit 1: something is not so. Exit 77: ajv is not in $ASSAY_NPM.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [assay, path, folder, option] = process.argv.slice(2);
const intact = option === "--intact";
const schemaPath = join(dirname(fileURLToPath(import.meta.url)), "../../docs/model.schema.json");
const tell = (text, status) => {
    console.error(`schema: ${text}`);
    process.exit(status);
};

function loadAjv() {
    try {
        return createRequire(join(process.env.ASSAY_NPM || "/nonexistent", "index.js"))("ajv").default;
    } catch {
        return tell("ajv is not installed (ASSAY_NPM)", 77);
    }
}

// ---- what breaks a model ----

const first = (model, has) => model.signals.find(has);
const percentile = (model) => first(model, (s) => s.normalise.method === "percentile");
const range = (model) => first(model, (s) => s.normalise.method === "range");
const steps = (model) => first(model, (s) => s.normalise.from);
const categories = (model) => first(model, (s) => s.normalise.table);
const policy = (name) => (model) => first(model, (s) => s.missing.policy === name);

// Each changes the part that `of` finds; a model without such a part passes it over.
const breaks = [
    ["another format", (m) => m, (m) => (m.format = "assay-model/2")],
    ["a key that nobody knows", (m) => m, (m) => (m.extra = 1)],
    ["a day that is none", (m) => m, (m) => (m.created = "2026-7-1")],
    ["no id", (m) => m, (m) => (m.id = null)],
    ["an outcome that is a word", (m) => m, (m) => (m.outcome = "churned")],
    ["a horizon of no days", (m) => m.outcome.horizon_days && m.outcome, (o) => (o.horizon_days = 0)],
    ["bands that are no list", (m) => m.cohort && m.cohort.bands && m.cohort, (c) => (c.bands = 12)],
    ["no signals", (m) => m, (m) => (m.signals = [])],
    ["signals that are no list", (m) => m, (m) => (m.signals = {})],
    ["a signal without a column", (m) => m.signals[0], (s) => delete s.column],
    ["a signal without a weight", (m) => m.signals[0], (s) => delete s.weight],
    ["a weight in quotes", (m) => m.signals[0], (s) => (s.weight = "0.5")],
    ["a signal with a key that nobody knows", (m) => m.signals[0], (s) => (s.colour = "red")],
    ["better up", (m) => m.signals[0], (s) => (s.better = "up")],
    ["an unknown method", (m) => m.signals[0].normalise, (n) => (n.method = "logarithm")],
    ["a percentile without cohorts", percentile, (s) => delete s.normalise.cohorts],
    ["a cohort without knots", percentile, (s) => (s.normalise.cohorts[0].x = [])],
    ["knots in quotes", percentile, (s) => (s.normalise.cohorts[0].x[0] = "1")],
    ["points of a knot above 100", percentile, (s) => (s.normalise.cohorts[0].s[0] = 100.5)],
    ["a share of what is borrowed above 1", percentile, (s) => (s.normalise.cohorts[0].borrowed = 1.5)],
    ["half a row", percentile, (s) => (s.normalise.cohorts[0].rows = 0.5)],
    ["a range without an end", range, (s) => delete s.normalise.high],
    ["a range that ends in a word", range, (s) => (s.normalise.low = "none")],
    ["a step without points", steps, (s) => (s.normalise.from[0] = [0])],
    ["points of a step below 0", steps, (s) => (s.normalise.from[0][1] = -1)],
    ["steps by number and by category", steps, (s) => (s.normalise.table = { a: 0, b: 1 })],
    ["points of a category above 100", categories, (s) => (s.normalise.table.extra = 101)],
    ["an unknown policy", (m) => m.signals[0].missing, (p) => (p.policy = "ignore")],
    ["a signal without a policy", (m) => m.signals[0], (s) => delete s.missing],
    ["neutral that is not halfway", policy("neutral"), (s) => (s.missing.value = 40)],
    ["points beyond 100", policy("points"), (s) => (s.missing.value = 101)],
    ["points of nothing", policy("points"), (s) => (s.missing.value = null)],
    ["an indicator without its term", policy("indicator"), (s) => delete s.missing.coefficient],
    ["renormalise with a value", policy("renormalise"), (s) => (s.missing.value = 50)],
    ["renormalise-dimension with a value", policy("renormalise-dimension"), (s) => (s.missing.value = 50)],
    ["drop with a value", policy("drop"), (s) => (s.missing.value = 0)],
    ["no cohorts", (m) => m, (m) => (m.cohorts = [])],
    ["a cohort without a parent", (m) => m.cohorts[0], (c) => delete c.parent],
    ["an intercept in quotes", (m) => m, (m) => (m.intercept = "1")],
    ["an unknown scale", (m) => m.score, (s) => (s.scale = "linear")],
    ["a line that is certain", (m) => m.score, (s) => (s.at_risk_probability = 1)],
    ["no points to halve the odds", (m) => m.score, (s) => (s.points_to_halve_odds = 0)],
    [
        "rounding on the log-odds scale",
        (m) => m.score.scale === "log-odds" && m.score,
        (s) => (s.rounding = { dimensions: true, score: true }),
    ],
    [
        "rounding of nothing",
        (m) => m.score.rounding && m.score,
        (s) => (s.rounding = { dimensions: false, score: false }),
    ],
    ["rounding of half", (m) => m.score.rounding, (r) => delete r.score],
    ["an unknown rule of the line", (m) => m.score.line, (l) => (l.rule = "best")],
    ["lines that are no list", (m) => m.score.lines_by, (l) => (l.lines = {})],
    ["one zone", (m) => m, (m) => (m.zones = m.zones.slice(0, 1))],
    ["a zone without a name", (m) => m.zones[0], (z) => (z.name = "")],
    ["a zone with a colour", (m) => m.zones[0], (z) => (z.colour = "red")],
    ["a segment without weights", (m) => m.segment_models && m.segment_models.models[0], (s) => delete s.weights],
    ["fewer examples than 32", (m) => m, (m) => (m.examples = m.examples.slice(0, 31))],
    ["an example with a list as input", (m) => m.examples[0].inputs, (i) => (i[Object.keys(i)[0]] = [1])],
    ["an example beyond 100", (m) => m.examples[0], (e) => (e.normalised[0] = 101)],
    ["a probability above 1", (m) => m.examples[0], (e) => (e.probability = 1.5)],
    ["training data without a fingerprint", (m) => m.training_data, (t) => delete t.sha256],
];

// And each required key left out.
const without = (schema) =>
    schema.required
        .filter((key) => key !== "digest")
        .map((key) => [`no "${key}"`, (m) => m, (m) => delete m[key]]);

// ---- the program's verdict ----

// As the program writes it: the digest is that of all the lines before its own.
function written(model) {
    const { digest, ...rest } = model;
    const body = `${JSON.stringify(rest, null, 2).slice(0, -2)},\n`;
    return `${body}  "digest": "sha256:${createHash("sha256").update(body).digest("hex")}"\n}\n`;
}

function programAccepts(text) {
    const file = join(folder, "model.json");
    writeFileSync(file, text);
    const run = spawnSync(assay, ["export", file, "--to", "c", "-o", join(folder, "model.h")], { encoding: "utf8" });
    if (run.status !== 0 && /digest/.test(run.stderr)) tell(`the digest is wrong: ${run.stderr}`, 1);
    return run.status === 0;
}

// ---- all of it ----

const Ajv = loadAjv();
const schema = JSON.parse(readFileSync(schemaPath, "utf8"));
const follows = new Ajv({ strict: true, strictRequired: false, strictTypes: false }).compile(schema);
const source = readFileSync(path, "utf8");
if (!follows(JSON.parse(source))) tell(`${path}: ${JSON.stringify(follows.errors[0])}`, 1);
if (!programAccepts(written(JSON.parse(source)))) tell(`${path}: the program refuses it as it is`, 1);

let refused = 0;
const wrong = [];
for (const [what, of, change] of intact ? [] : [...breaks, ...without(schema)]) {
    const model = JSON.parse(source);
    const part = of(model);
    if (!part) continue;
    change(part);
    const bySchema = !follows(model);
    const byProgram = !programAccepts(written(model));
    refused += bySchema && byProgram;
    if (!bySchema) wrong.push(`${what}: the schema lets it pass`);
    if (!byProgram) wrong.push(`${what}: the program lets it pass`);
}
if (wrong.length > 0) tell(wrong.join("\n"), 1);
const breaking = intact ? "" : `, and ${refused} broken models are refused by it and by the program`;
console.log(`the schema holds${breaking}`);
