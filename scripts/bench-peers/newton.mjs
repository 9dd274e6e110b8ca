// newton.mjs DATA DESIGN - Newton's method as SQL aggregates in DuckDB, until no coefficient moves by 1e-8; standard
// errors from the last information matrix, AUC by ranks. $ASSAY_NPM has @duckdb/node-api.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { DuckDBInstance } = createRequire(`${process.env.ASSAY_NPM}/`)("@duckdb/node-api");
const [data, design] = process.argv.slice(2);
const signals = readFileSync(design, "utf8").trim().split("\n").map((line) => line.split(","));
const names = ["(intercept)", ...signals.map(([name]) => name)];
const connection = await (await DuckDBInstance.create(":memory:")).connect();

async function rowOf(sql) {
    return (await connection.runAndReadAll(sql)).getRows()[0].map(Number);
}

// x0 is the intercept's 1; y is the outcome.
function tableOfPoints() {
    const points = signals.map(([name, low, high, flip], j) => {
        const point = `coalesce((CAST(${name} AS DOUBLE) - ${low}) / (${high} - ${low}), 0.5)`;
        return `${flip === "1" ? "1 - " : ""}${point} AS x${j + 1}`;
    });
    return `CREATE TABLE points AS SELECT 1.0::DOUBLE AS x0, ${points.join(", ")}, CAST(churned AS DOUBLE) AS y
        FROM read_csv('${data.replaceAll("'", "''")}')`;
}

const logOdds = (coef) => coef.map((value, j) => `${value} * x${j}`).join(" + ");

// Gradient, then the upper triangle of the information matrix.
async function derivatives(coef) {
    const sums = coef.map((_, j) => `sum((y - p) * x${j})`);
    for (let j = 0; j < coef.length; j++)
        for (let k = j; k < coef.length; k++) sums.push(`sum(p * (1 - p) * x${j} * x${k})`);
    return rowOf(`SELECT ${sums.join(", ")} FROM (SELECT *, 1 / (1 + exp(-(${logOdds(coef)}))) AS p FROM points)`);
}

// The inverse of a symmetric positive definite matrix, by Gauss and Jordan.
function inverse(matrix) {
    const n = matrix.length;
    const rows = matrix.map((row, j) => [...row, ...row.map((_, k) => (j === k ? 1 : 0))]);
    for (let j = 0; j < n; j++) {
        rows[j] = rows[j].map((value) => value / rows[j][j]);
        for (let i = 0; i < n; i++) {
            if (i === j) continue;
            const factor = rows[i][j];
            for (let k = j; k < 2 * n; k++) rows[i][k] -= factor * rows[j][k];
        }
    }
    return rows.map((row) => row.slice(n));
}

function information(sums, n) {
    const matrix = Array.from({ length: n }, () => new Array(n));
    let at = n;
    for (let j = 0; j < n; j++) for (let k = j; k < n; k++) matrix[j][k] = matrix[k][j] = sums[at++];
    return matrix;
}

async function fit(n) {
    let coef = new Array(n).fill(0);
    for (let iteration = 0; iteration < 50; iteration++) {
        const sums = await derivatives(coef);
        const covariance = inverse(information(sums, n));
        const step = covariance.map((row) => row.reduce((sum, value, k) => sum + value * sums[k], 0));
        coef = coef.map((value, j) => value + step[j]);
        if (Math.max(...step.map(Math.abs)) < 1e-8) return { coef, covariance };
    }
    throw new Error("no convergence in 50 iterations");
}

async function auc(coef) {
    const [ranks, events, n] = await rowOf(`
        SELECT sum(events * (before + (n + 1) / 2)), sum(events), sum(n) FROM (
            SELECT n, events, sum(n) OVER (ORDER BY score) - n AS before FROM (
                SELECT ${logOdds(coef)} AS score, count(*)::DOUBLE AS n, sum(y) AS events FROM points GROUP BY score))`);
    return (ranks - (events * (events + 1)) / 2) / (events * (n - events));
}

await connection.run(tableOfPoints());
const { coef, covariance } = await fit(names.length);
const area = await auc(coef);
names.forEach((name, j) => console.log(name, coef[j]));
names.forEach((name, j) => console.log(`se:${name}`, Math.sqrt(covariance[j][j])));
console.log("auc", area);
