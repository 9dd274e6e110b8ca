// fixtures.mjs - documents to show: a full audit, one with hostile names, one of a bare score column, a
// candidate. Made up, but as an audit would have them; the same numbers at every run.

function draws(seed) {
    let state = seed >>> 0;
    const uniform = () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 4294967296;
    };
    const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    return {uniform, normal, below: (n) => Math.floor(uniform() * n)};
}

const wilson = (x, n) => {
    if (n === 0) return [0, 1];
    const z2 = 1.959963984540054 ** 2,
        p = x / n;
    const middle = (p + z2 / (2 * n)) / (1 + z2 / n),
        half = (Math.sqrt(z2) / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
};
const share = (x, n) => ({value: n > 0 ? x / n : null, interval: n > 0 ? wilson(x, n) : [null, null]});
const around = (value, half) => ({value, interval: [value - half, value + half]});
const digest = (seed) =>
    `sha256:${[...'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'].map((c, k) => ((parseInt(c, 16) * (seed + 3) + k * 7) % 16).toString(16)).join('')}`;

const zoneNames = [
    ['Critical', 0],
    ['At Risk', 25],
    ['Neutral', 50],
    ['Healthy', 75],
];
const signalNames = [
    ['logins', 'product', 0.174],
    ['active_seats', 'product', 0.11],
    ['features', 'product', 0.066],
    ['admin_idle', 'product', 0.045],
    ['nps', 'sentiment', 0.102],
    ['csat', 'sentiment', 0.061],
    ['exec_touches', 'sentiment', 0.086],
    ['open_tickets', 'support', 0.064],
    ['first_reply', 'support', 0.036],
    ['escalations', 'support', 0.065],
    ['days_past_due', 'financial', 0.086],
    ['disputes', 'financial', 0.063],
    ['seat_growth', 'financial', 0.042],
];

// Accounts with a probability, a score of it and an outcome.
function accounts(n, seed) {
    const random = draws(seed);
    return Array.from({length: n}, (_, k) => {
        const log_odds = -3.25 + 1.55 * random.normal();
        const prob = 1 / (1 + Math.exp(-log_odds));
        const score = Math.min(
            100,
            Math.max(0, 50 + (10 / Math.LN2) * (Math.log(0.0807 / 0.9193) - log_odds)),
        );
        const value = Math.round(Math.exp(9.6 + 0.9 * random.normal()) / 100) * 100;
        return {
            account: `A-${String(k + 1).padStart(5, '0')}`,
            prob,
            score,
            churned: random.uniform() < 1 / (1 + Math.exp(-(0.82 * log_odds - 0.3))),
            value,
            segment: ['Education', 'Healthcare', 'Manufacturing', 'Professional services', 'Retail'][
                random.below(5)
            ],
            region: ['APAC', 'Americas', 'EMEA'][random.below(3)],
            owner: ['Ana Ruiz', 'Ben Okafor', 'Chen Wei', 'Dana Levi', 'Emil Novak'][random.below(5)],
        };
    });
}

function countsOf(rows) {
    const n = (flagged, churned) =>
        rows.filter((r) => r.score < 50 === flagged && r.churned === churned).length;
    return {tp: n(true, true), fp: n(true, false), fn: n(false, true), tn: n(false, false)};
}

function ratesOf(c) {
    return {
        sensitivity: [c.tp, c.tp + c.fn],
        specificity: [c.tn, c.tn + c.fp],
        ppv: [c.tp, c.tp + c.fp],
        npv: [c.tn, c.tn + c.fn],
        prevalence: [c.tp + c.fn, c.tp + c.fp + c.fn + c.tn],
        accuracy: [c.tp + c.tn, c.tp + c.fp + c.fn + c.tn],
        flagged_share: [c.tp + c.fp, c.tp + c.fp + c.fn + c.tn],
    };
}

function aucOf(rows) {
    const sorted = rows.slice().sort((a, b) => a.prob - b.prob);
    let others = 0,
        sum = 0;
    for (const row of sorted)
        if (row.churned) sum += others;
        else others += 1;
    return sum / (others * (rows.length - others));
}

function metricsOf(rows) {
    const c = countsOf(rows);
    const metric = (e, method, more = {}) => ({...e, method, target: null, result: null, ...more});
    const rates = Object.fromEntries(
        Object.entries(ratesOf(c)).map(([name, [x, n]]) => [name, metric(share(x, n), 'Wilson', {of: n})]),
    );
    rates.sensitivity = {
        ...rates.sensitivity,
        target: 0.75,
        result: rates.sensitivity.interval[0] >= 0.75 ? 'pass' : 'inconclusive',
    };
    rates.specificity = {
        ...rates.specificity,
        target: 0.7,
        result: rates.specificity.interval[0] >= 0.7 ? 'pass' : 'inconclusive',
    };
    const mean = (f) => rows.reduce((s, r) => s + f(r), 0) / rows.length;
    const auc = aucOf(rows);
    return {
        ...rates,
        balanced_accuracy: metric(
            around((rates.sensitivity.value + rates.specificity.value) / 2, 0.04),
            'normal',
        ),
        f1: metric(around((2 * c.tp) / (2 * c.tp + c.fp + c.fn), 0.05), 'delta'),
        mcc: metric(around(0.345, 0.05), 'delta'),
        auc: metric(around(auc, 0.037), 'DeLong'),
        auc_logit: metric(around(auc, 0.037), 'DeLong, on the logit scale'),
        gini: metric(around(2 * auc - 1, 0.074), 'DeLong'),
        ks: metric(around(0.56, 0.08), 'bootstrap'),
        average_precision: metric(around(0.41, 0.09), 'logit'),
        lift_top_decile: metric(around(4.2, 0.7), 'log-normal'),
        brier: metric(
            around(
                mean((r) => (r.prob - r.churned) ** 2),
                0.0104,
            ),
            'normal',
        ),
        brier_scaled: metric(around(0.204, 0.07), 'normal'),
        log_loss: metric(
            around(
                mean((r) => -Math.log(r.churned ? r.prob : 1 - r.prob)),
                0.0328,
            ),
            'normal',
        ),
        calibration_intercept: metric(around(0.15, 0.219), 'Wald'),
        calibration_slope: metric(around(1.043, 0.179), 'Wald'),
        oe_ratio: metric({value: 1.118, interval: [0.934, 1.337]}, 'log-normal'),
        ici: metric(around(0.0113, 0.008), 'bootstrap'),
        e50: metric(around(0.0061, 0.005), 'bootstrap'),
        e90: metric(around(0.029, 0.02), 'bootstrap'),
        emax: metric(around(0.094, 0.07), 'bootstrap'),
        spiegelhalter_z: {
            value: 0.71,
            interval: [null, null],
            method: 'normal',
            target: null,
            result: null,
            p_value: 0.478,
        },
        net_benefit: metric(around(0.0402, 0.008), 'normal'),
    };
}

function curvesOf(rows) {
    const sorted = rows.slice().sort((a, b) => b.prob - a.prob);
    const events = rows.filter((r) => r.churned).length,
        others = rows.length - events;
    const roc = [{false_positive_rate: 0, sensitivity: 0, threshold: null}],
        pr = [];
    let tp = 0,
        fp = 0;
    sorted.forEach((row, k) => {
        if (row.churned) tp += 1;
        else fp += 1;
        if (k % Math.ceil(rows.length / 150) === 0 || k === rows.length - 1) {
            roc.push({false_positive_rate: fp / others, sensitivity: tp / events, threshold: row.prob});
            pr.push({recall: tp / events, precision: tp / (tp + fp), threshold: row.prob});
        }
    });
    const groups = Array.from({length: 10}, (_, g) =>
        sorted.slice(Math.floor((g * rows.length) / 10), Math.floor(((g + 1) * rows.length) / 10)),
    );
    let found = 0,
        passed = 0;
    const gains = groups.map((group, g) => {
        const x = group.filter((r) => r.churned).length;
        found += x;
        passed += group.length;
        const e = share(x, group.length);
        return {
            decile: g + 1,
            n: group.length,
            events: x,
            rate: e.value,
            interval: e.interval,
            lift: e.value / (events / rows.length),
            cumulative_lift: found / passed / (events / rows.length),
            cumulative_gain: found / events,
            lowest: group.at(-1).prob,
            highest: group[0].prob,
        };
    });
    const bins = groups
        .slice()
        .reverse()
        .map((group) => {
            const e = share(group.filter((r) => r.churned).length, group.length);
            return {
                n: group.length,
                mean_predicted: group.reduce((s, r) => s + r.prob, 0) / group.length,
                observed: e.value,
                interval: e.interval,
                events: group.filter((r) => r.churned).length,
            };
        });
    const points = Array.from({length: 60}, (_, k) => {
        const predicted = (k + 0.5) / 120,
            observed = 1 / (1 + Math.exp(-(1.04 * Math.log(predicted / (1 - predicted)) + 0.12)));
        const half = 0.012 + 0.22 * predicted;
        return {predicted, observed, low: Math.max(0, observed - half), high: Math.min(1, observed + half)};
    });
    const net = Array.from({length: 99}, (_, k) => {
        const t = (k + 1) / 100,
            odds = t / (1 - t);
        const flagged = rows.filter((r) => r.prob >= t);
        const hits = flagged.filter((r) => r.churned);
        const nb = (hits.length - (flagged.length - hits.length) * odds) / rows.length;
        const worth = (list) => list.reduce((s, r) => s + r.value, 0);
        const all = (events - others * odds) / rows.length;
        return {
            threshold: t,
            model: nb,
            low: nb - 0.006,
            high: nb + 0.006,
            treat_all: all,
            interventions_avoided_per_100: (100 * (nb - all)) / odds,
            value_model: (worth(hits) - worth(flagged.filter((r) => !r.churned)) * odds) / rows.length,
            value_treat_all:
                (worth(rows.filter((r) => r.churned)) - worth(rows.filter((r) => !r.churned)) * odds) /
                rows.length,
        };
    });
    const edges = Array.from({length: 41}, (_, k) => k / 40);
    const histogram = (churned) =>
        edges
            .slice(1)
            .map(
                (to, k) =>
                    rows.filter(
                        (r) => r.churned === churned && r.prob >= edges[k] && (r.prob < to || k === 39),
                    ).length,
            );
    return {
        roc,
        precision_recall: pr,
        gains,
        calibration: {
            bins,
            flexible: {method: 'local regression on log-odds', points},
            brier_parts: {
                reliability: 0.0011,
                resolution: 0.0162,
                uncertainty: 0.0796,
                within_bin_variance: 0.0021,
                within_bin_covariance: 0.0012,
            },
            hosmer_lemeshow: {chi2: 8.31, df: 10, p_value: 0.598},
            unreliability: {chi2: 2.1, p_value: 0.35},
            spiegelhalter: {z: 0.71, p_value: 0.478},
        },
        net_benefit: {prevalence: events / rows.length, points: net},
        distribution: {edges, events: histogram(true), others: histogram(false), of: 'probability'},
    };
}

function zonesOf(rows) {
    return zoneNames.map(([name, from], z) => {
        const to = z + 1 < zoneNames.length ? zoneNames[z + 1][1] : Infinity;
        const inside = rows.filter((r) => r.score >= from && r.score < to),
            lost = inside.filter((r) => r.churned);
        const e = share(lost.length, inside.length),
            worth = (list) => list.reduce((s, r) => s + r.value, 0);
        return {
            name,
            from,
            n: inside.length,
            events: lost.length,
            rate: e.value,
            interval: e.interval,
            value: worth(inside),
            value_lost: worth(lost),
        };
    });
}

const zoneOf = (score) => zoneNames.filter(([, from]) => score >= from).at(-1)[0];
const missTypes = [
    ['signal missing', 'Signals that carry weight were missing, and counted as neutral.'],
    ['stale', 'Its signals had not moved for long.'],
    ['contradictory', 'Some signals warned, others outweighed them.'],
    ['late collapse', 'It was healthy at the snapshot and fell afterwards.'],
    ['looked normal', 'Nothing in the signals told it from accounts that stay.'],
];

function peopleOf(rows) {
    const random = draws(11);
    const pick = (n, low, high) =>
        signalNames
            .slice()
            .sort(() => random.uniform() - 0.5)
            .slice(0, n)
            .map(([signal, , weight]) => ({
                signal,
                points: Math.round(10 * (low + (high - low) * random.uniform())) / 10,
                weight,
            }));
    const byValue = (a, b) => b.value - a.value || b.prob - a.prob;
    const zone = (score) => zoneOf(score);
    const misses = rows
        .filter((r) => r.churned && r.score >= 50)
        .sort(byValue)
        .map((r, k) => {
            const [type] = missTypes[k % 5 === 0 ? 3 : random.below(5)],
                healthy = pick(3, 70, 99),
                warned = pick(2, 5, 35),
                days = 6 + random.below(84);
            return {
                account: r.account,
                line: 9000 + k,
                as_of: '2026-06-30',
                event_date: `2026-0${7 + Math.floor(days / 31)}-${String(1 + (days % 28)).padStart(2, '0')}`,
                days,
                score: r.score,
                probability: r.prob,
                zone: zone(r.score),
                value: r.value,
                owner: r.owner,
                type,
                why: `${healthy[0].signal} at ${healthy[0].points} of 100 outweighed ${warned[0].signal} at ${warned[0].points}`,
                looked_healthy: healthy,
                warned,
            };
        });
    const alarms = rows
        .filter((r) => !r.churned && r.score < 50)
        .sort(byValue)
        .map((r, k) => ({
            account: r.account,
            line: 5000 + k,
            as_of: '2026-06-30',
            score: r.score,
            probability: r.prob,
            zone: zone(r.score),
            value: r.value,
            owner: r.owner,
            alarms: 1 + random.below(4),
            acted: random.uniform() < 0.4,
            pulled_down: pick(3, 2, 30),
        }));
    const worth = (list) => list.reduce((s, r) => s + r.value, 0);
    const flagged = rows.filter((r) => r.score < 50);
    const of = (list, key, value) => list.filter((r) => r[key] === value);
    return {
        miss_summary: {
            n: misses.length,
            listed: misses.length,
            typed: misses.length,
            value: worth(misses),
            types: missTypes.map(([type, meaning]) => ({
                type,
                n: of(misses, 'type', type).length,
                value: worth(of(misses, 'type', type)),
                meaning,
            })),
        },
        misses,
        false_alarm_summary: {
            n: alarms.length,
            listed: alarms.length,
            value: worth(alarms),
            flagged: flagged.length,
            contact_cost: {low: 80 * alarms.length, value: 150 * alarms.length, high: 300 * alarms.length},
            periods: 1,
            period_words: 'quarter',
            by_owner: [...new Set(rows.map((r) => r.owner))].sort().map((owner) => {
                const mine = of(flagged, 'owner', owner),
                    right = mine.filter((r) => r.churned).length;
                return {
                    owner,
                    flagged: mine.length,
                    flagged_per_week: mine.length / 13,
                    right,
                    vain: mine.length - right,
                    precision: share(right, mine.length),
                };
            }),
            per_week: around(flagged.length / 13, 2.4),
            repeated: {
                accounts: alarms.filter((a) => a.alarms > 1).length,
                alarms: alarms.reduce((s, a) => s + (a.alarms > 1 ? a.alarms : 0), 0),
                most: {account: alarms[0].account, alarms: 4},
            },
            zones: zoneNames.slice(0, 2).map(([name]) => {
                const list = flagged.filter((r) => zone(r.score) === name),
                    right = list.filter((r) => r.churned).length,
                    e = share(right, list.length);
                return {zone: name, flagged: list.length, right, precision: e.value, interval: e.interval};
            }),
        },
        false_alarms: alarms,
        unused_columns: {
            tested: 9,
            with: 'logit of the probability and an intercept',
            columns: [
                {
                    column: 'contract_end_days',
                    kind: 'number',
                    n: 1249,
                    missing: 0,
                    chi2: 24.6,
                    df: 1,
                    p_value: 7e-7,
                    q_value: 6.3e-6,
                    direction: 'lower is riskier',
                    words: 'Accounts whose contract ends sooner churn more than the score says.',
                    suspicious: false,
                },
                {
                    column: 'offboarding_ticket',
                    kind: 'text',
                    n: 1249,
                    missing: 0,
                    chi2: 311.2,
                    df: 2,
                    p_value: 2e-68,
                    q_value: 2e-67,
                    direction: null,
                    words: 'Tells nearly all churners: it may have been filled in after the fact.',
                    suspicious: true,
                },
                {
                    column: 'seats',
                    kind: 'number',
                    n: 1240,
                    missing: 9,
                    chi2: 1.2,
                    df: 1,
                    p_value: 0.27,
                    q_value: 0.61,
                    direction: 'lower is riskier',
                    words: 'Adds nothing beyond chance.',
                    suspicious: false,
                },
            ],
            skipped: [{column: 'notes', why: 'a different text in nearly every row'}],
        },
    };
}

function segmentsOf(rows) {
    const groups = [
        ['segment', [...new Set(rows.map((r) => r.segment))].sort()],
        ['region', [...new Set(rows.map((r) => r.region))].sort()],
    ];
    return groups.flatMap(([column, values]) =>
        values.map((value) => {
            const inside = rows.filter((r) => r[column] === value),
                counts = countsOf(inside),
                rates = ratesOf(counts);
            const events = counts.tp + counts.fn;
            const es = Object.fromEntries(
                ['sensitivity', 'specificity', 'ppv', 'npv', 'flagged_share', 'prevalence'].map((name) => [
                    name,
                    share(...rates[name]),
                ]),
            );
            return {
                column,
                value,
                n: inside.length,
                events,
                counts,
                ...es,
                auc: around(Math.min(0.95, aucOf(inside)), 0.06),
                brier: around(0.064, 0.02),
                oe_ratio: around(1.1, 0.4),
                calibration_intercept: around(0.1, 0.5),
                calibration_slope: around(1.02, 0.35),
                shrunk: {
                    sensitivity: 0.5 * es.sensitivity.value + 0.39,
                    specificity: 0.8 * es.specificity.value + 0.15,
                },
                small: events < 16,
            };
        }),
    );
}

export function full() {
    const rows = accounts(1249, 7);
    const metrics = metricsOf(rows),
        counts = countsOf(rows);
    const target = (metric, low) => ({
        metric,
        low,
        high: null,
        value: metrics[metric].value,
        interval: metrics[metric].interval,
        of: metrics[metric].of,
        result: metrics[metric].result,
        needed:
            metrics[metric].result === 'inconclusive'
                ? {more: 64, quarters: 2}
                : {more: null, quarters: null},
    });
    const quarters = ['2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4', '2026-Q1'];
    const random = draws(5);
    return {
        format: 'assay-audit/1',
        created: '2026-10-05',
        model: {name: 'b2b-health', version: '2026.2', digest: digest(1)},
        champion: {name: 'b2b-health', version: '2026.1', digest: digest(2)},
        rules: null,
        data: {
            name: 'accounts-2026q2.csv',
            rows: 9839,
            used: rows.length,
            events: counts.tp + counts.fn,
            accounts: rows.length,
            waiting: 0,
            other: 8590,
            dropped: {
                not_matured: 0,
                after_event: 3,
                no_outcome: 0,
                outside_window: 8590,
                missing_signal: 0,
                bad_width: 0,
                bad_quote: 0,
                bad_number: 2,
                bad_date: 0,
                bad_outcome: 0,
                bad_text: 0,
                bad_empty: 0,
            },
            early_events: 0,
            unseen_plan: 4,
            unseen_segment: 0,
            unknown_category: 0,
            sha256: digest(4).slice(7),
            from: '2026-06-30',
            to: '2026-06-30',
        },
        line: {score: 50, probability: 0.0807, by: null, segments: []},
        quality: {
            in_sample: false,
            notes: [
                '4 accounts have a plan that was not seen in calibration; they were scored with the baseline of all plans',
                '2 rows had a number that could not be read',
            ],
        },
        what_to_do: [
            'Call the owners of the 12 largest missed accounts: together they were worth 41% of what was lost',
            'Look at Education in APAC first: churners are missed there three times as often as elsewhere',
            'Consider contract_end_days as a signal: accounts near their renewal churn more than the score says',
            'Recalibrate before the next quarter: seat_growth has drifted beyond what chance explains',
        ],
        verdict: {
            result: 'inconclusive',
            reasons: [
                `sensitivity ${(100 * metrics.sensitivity.value).toFixed(1)}% against a target of 75%: the interval straddles it`,
                `specificity ${(100 * metrics.specificity.value).toFixed(1)}% against a target of 70%: met`,
            ],
            headline: `inconclusive: ${counts.tp + counts.fn} churners, about two more quarters to a verdict`,
            error_rate: 0.05,
            targets: [target('sensitivity', 0.75), target('specificity', 0.7)],
            power: {
                events: counts.tp + counts.fn,
                others: counts.fp + counts.tn,
                power: 0.8,
                level: 0.05,
                sensitivity_drop: {from: 0.75, to: 0.634},
                specificity_drop: {from: 0.7, to: 0.666},
                words: 'This quarter would have shown a fall of sensitivity to 63.4% or lower, four times in five.',
            },
            pooled: {
                rule: 'betting e-values; a verdict when the evidence passes 20',
                error_rate: 0.05,
                audits: 6,
                from: '2025-03-31',
                to: '2026-06-30',
                words: 'Over six quarters the evidence that sensitivity is at least 75% is 8.4; 20 are needed.',
                metrics: [
                    {
                        metric: 'sensitivity',
                        x: 430,
                        n: 548,
                        share: 0.785,
                        interval: [0.741, 0.824],
                        evidence_pass: 8.4,
                        evidence_fail: 0.03,
                        result: 'inconclusive',
                    },
                    {
                        metric: 'specificity',
                        x: 5210,
                        n: 6805,
                        share: 0.766,
                        interval: [0.752, 0.779],
                        evidence_pass: 4.1e21,
                        evidence_fail: 0,
                        result: 'pass',
                    },
                ],
                result: 'inconclusive',
            },
            floors: [
                {
                    name: 'red_zone_multiple',
                    words: 'churn in the red zone, as a multiple of all accounts',
                    value: 5.9,
                    interval: [4.5, 7.3],
                    bound: 3,
                    direction: 'at_least',
                    result: 'met',
                },
                {
                    name: 'below_green_before_churn',
                    words: 'share of churners below green 60 to 90 days before',
                    value: 0.71,
                    interval: [0.62, 0.79],
                    bound: 2 / 3,
                    direction: 'at_least',
                    result: 'inconclusive',
                },
                {
                    name: 'green_share',
                    words: 'share of accounts that are green',
                    value: 0.86,
                    interval: [0.83, 0.88],
                    bound: 0.8,
                    direction: 'at_most',
                    result: 'missed',
                },
            ],
        },
        counts,
        metrics,
        curves: curvesOf(rows),
        zones: zonesOf(rows),
        periods: [
            ...quarters.map((period) => {
                const x = 58 + random.below(40),
                    n = 90 + random.below(25),
                    y = 820 + random.below(80);
                return {
                    period,
                    from: null,
                    to: null,
                    n: n + 1130,
                    events: n,
                    sensitivity: share(Math.min(n, x + 12), n),
                    specificity: share(y, 1130),
                    observed: n,
                    expected: n - 6,
                    past: true,
                };
            }),
            {
                period: '2026-Q2',
                from: '2026-06-30',
                to: '2026-06-30',
                n: rows.length,
                events: counts.tp + counts.fn,
                sensitivity: share(counts.tp, counts.tp + counts.fn),
                specificity: share(counts.tn, counts.tn + counts.fp),
                observed: counts.tp + counts.fn,
                expected: 98.2,
                past: false,
            },
        ],
        weights: signalNames.map(([signal, dimension, weight], j) => ({
            signal,
            dimension,
            weight,
            interval: [Math.max(0, weight - 0.02 - 0.003 * j), weight + 0.04],
            champion_weight: Math.max(0.01, weight + 0.018 * Math.sin(j * 2)),
        })),
        value: {
            lost: 2123100,
            lost_flagged: 1618800,
            lost_missed: 504300,
            flagged_in_vain: 7656600,
            without_value: 0,
            words: 'Value lost 2,123,100, of which flagged before 1,618,800.',
        },
        ...peopleOf(rows),
        segments: segmentsOf(rows),
        segment_gaps: [
            {
                column: 'segment',
                value: 'Education',
                metric: 'specificity',
                gap: around(-0.081, 0.05),
                p_value: 0.0011,
                q_value: 0.018,
                found: true,
                words: 'Accounts of Education that stay are flagged more often than others: specificity is 8.1 points lower.',
            },
            {
                column: 'region',
                value: 'APAC',
                metric: 'sensitivity',
                gap: around(0.021, 0.15),
                p_value: 0.78,
                q_value: 0.91,
                found: false,
                words: 'APAC: no gap beyond chance.',
            },
            {
                column: 'region',
                value: 'EMEA',
                metric: 'auc',
                gap: around(-0.004, 0.05),
                p_value: 0.88,
                q_value: 0.95,
                found: false,
                words: 'EMEA: no gap beyond chance.',
            },
        ],
        blind_spots: [
            {
                kind: 'misses',
                conditions: [
                    {column: 'segment', is: 'Education'},
                    {column: 'tenure_months', below: 12},
                ],
                words: 'Churners in Education within their first year are missed more often.',
                n: 84,
                events: 19,
                wrong: 11,
                expected: 3.6,
                rate: 0.579,
                interval: [0.363, 0.769],
                rest: 0.19,
                ratio: 3.05,
                p_value: 2e-5,
                q_value: 0.004,
                similar: 3,
                value: 212400,
            },
            {
                kind: 'false_alarms',
                conditions: [{column: 'seat_growth', from: -5, below: 0}],
                words: 'Accounts that shrank a little are flagged more often, and stay.',
                n: 122,
                events: 110,
                wrong: 58,
                expected: 25,
                rate: 0.527,
                interval: [0.434, 0.618],
                rest: 0.201,
                ratio: 2.62,
                p_value: 4e-7,
                q_value: 0.001,
                similar: 0,
                value: null,
            },
        ],
        blind_spot_search: {
            slices: 1830,
            fdr: 0.05,
            smallest: 50,
            method: 'max-T',
            resamples: 999,
            words: '1,830 groups of at least 50 accounts were looked at; of those named, at most 5% are expected to be chance.',
        },
        acted_on: {
            column: 'played_on',
            kind: 'date',
            acted: 131,
            not_acted: 1118,
            unknown: 0,
            flagged_acted: 120,
            flagged_not_acted: 225,
            split: [
                {
                    group: 'acted',
                    n: 131,
                    events: 28,
                    sensitivity: share(26, 28),
                    specificity: share(9, 103),
                    ppv: share(26, 120),
                },
                {
                    group: 'not acted',
                    n: 1118,
                    events: 81,
                    sensitivity: share(60, 81),
                    specificity: share(872, 1037),
                    ppv: share(60, 225),
                },
            ],
            bounds: {
                sensitivity: [0.741, 0.902],
                specificity: [0.773, 0.862],
                ppv: [0.249, 0.522],
                intervals: {},
                words: 'From: nobody was saved. To: everybody who was acted on and stayed was saved.',
            },
            effect: {
                risk_difference: around(-0.061, 0.055),
                odds_ratio: {value: 0.62, interval: [0.38, 0.98]},
                prevented: around(8, 7.2),
                method: 'entropy balancing on probability and value',
                assumption:
                    'that accounts of like probability and value were as likely to churn, acted on or not.',
                overlap: '118 of 131 accounts acted on have others like them.',
                words: 'Among those acted on, churn was 6.1 points lower than among accounts like them.',
            },
        },
        lead_time: {
            accounts: 109,
            single: 4,
            flagged_before: 86,
            withdrawn: 7,
            never: 23,
            censored: 12,
            first_seen_flagged: 12,
            median: {value: 61, interval: [52, 74]},
            quartiles: [33, 118],
            ahead: [30, 60, 90].map((d, k) => {
                const e = share([76, 55, 38][k], 105);
                return {days: d, share: e.value, interval: e.interval, of: 105};
            }),
            rule: 'from the first flag of the last run of flags to the churn date',
            curve: Array.from({length: 37}, (_, k) => ({
                days: 5 * k,
                share: 0.82 * Math.exp(-k / 14),
                interval: [0.7 * Math.exp(-k / 14), 0.9 * Math.exp(-k / 14)],
            })),
            words: 'Half of the churners that were flagged had been flagged for 61 days or more.',
        },
        impact: {
            assumptions: {
                recovery_rate: {low: 0.15, value: 0.3, high: 0.45},
                contact_cost: {low: 80, value: 150, high: 300},
                source: 'default',
            },
            expected: {
                flagged: 345,
                accounts: 86,
                value_at_risk: 1618800,
                retained: {low: 242820, value: 485640, high: 728460},
                cost: {low: 27600, value: 51750, high: 103500},
                net: {low: 139320, value: 433890, high: 700860},
            },
            realised: {
                acted: 131,
                retained: {low: 12000, value: 118000, high: 224000},
                cost: {low: 10480, value: 19650, high: 39300},
                net: {low: -27300, value: 98350, high: 213520},
            },
            words: ['Calling the 345 flagged accounts pays for itself from a recovery rate of 3.2%.'],
        },
        drift: {
            reference: {rows: 7352, accounts: 1748, from: '2024-12-31', to: '2026-03-31'},
            variables: [
                ...signalNames.map(([name], j) => {
                    const psi = name === 'seat_growth' ? 0.131 : 0.004 + 0.021 * Math.abs(Math.sin(j));
                    return {
                        name,
                        kind: 'signal',
                        n: rows.length,
                        missing: j * 3,
                        psi,
                        psi_limit: 0.052,
                        psi_p: 0.4,
                        ks: 0.03,
                        ks_p: 0.3,
                        q_value: name === 'seat_growth' ? 4e-9 : 0.7,
                        drifted: name === 'seat_growth',
                        words: '',
                        bins: Array.from({length: 5}, (_, b) => ({
                            label: `${20 * b} to ${20 * b + 20}`,
                            expected: 0.2,
                            actual: 0.2 + 0.03 * (2 - b) * (name === 'seat_growth' ? 1 : 0.1),
                        })),
                    };
                }),
                {
                    name: 'score',
                    kind: 'score',
                    n: rows.length,
                    missing: 0,
                    psi: 0.017,
                    psi_limit: 0.052,
                    psi_p: 0.5,
                    ks: 0.03,
                    ks_p: 0.3,
                    q_value: 0.8,
                    drifted: false,
                    bins: [],
                },
                {
                    name: 'region',
                    kind: 'segment',
                    n: rows.length,
                    missing: 0,
                    psi: 0.003,
                    psi_limit: 0.02,
                    psi_p: 0.6,
                    ks: null,
                    ks_p: null,
                    q_value: 0.8,
                    drifted: false,
                    bins: [],
                },
            ],
            any: true,
            false_alarm_rate: 0.05,
            words: 'seat_growth has moved beyond chance; the other 14 variables have not.',
        },
        migration: {
            from_words: 'the account’s previous snapshot',
            zones: zoneNames.map(([name]) => name),
            counts: [
                [38, 21, 5, 1],
                [14, 171, 63, 8],
                [4, 71, 352, 84],
                [0, 12, 90, 261],
            ],
            n: 1195,
            healthier: 182,
            riskier: 191,
            same: 822,
            p_value: 0.64,
            words: '182 accounts moved up, 191 down: no more than chance either way.',
        },
        inflation: {
            green: 'Healthy',
            zones: zoneNames.map(([zone], z) => ({
                zone,
                share_now: [0.05, 0.227, 0.42, 0.303][z],
                share_then: [0.057, 0.236, 0.403, 0.304][z],
            })),
            green_share: around(0.303, 0.026),
            green_rate: {value: 0.0053, interval: [0.0014, 0.019]},
            then: {
                source: 'training',
                from: '2024-12-31',
                to: '2026-03-31',
                green_share: around(0.304, 0.011),
                green_rate: {value: 0.0067, interval: [0.004, 0.011]},
            },
            expected: 2.5,
            observed: 2,
            p_value: 0.87,
            found: false,
            words: 'Green means what it meant: churn among the green is what it was.',
        },
        calibration_drift: {
            points: [...quarters, '2026-Q2'].map((period, k) => ({
                period,
                from: null,
                to: null,
                observed: 90 + 4 * k,
                expected: 92 + 1.5 * k,
                z: -0.2 + 0.35 * k,
                upper: [0, 0, 0.1, 0.55, 1.25, 2.3][k],
                lower: [0.1, 0, 0, 0, 0, 0][k],
                past: k < 5,
            })),
            limit: 4.8,
            false_alarm_rate: 0.05,
            alarm: false,
            words: 'No alarm: churn is what was predicted, within chance.',
        },
        comparison: {
            n: 1249,
            events: counts.tp + counts.fn,
            left_out: 0,
            champion: {auc: 0.846},
            challenger: {auc: 0.852},
            differences: [
                {
                    metric: 'auc',
                    champion: 0.846,
                    challenger: 0.852,
                    difference: around(0.006, 0.009),
                    p_value: 0.19,
                    method: 'DeLong',
                },
                {
                    metric: 'brier',
                    champion: 0.0638,
                    challenger: 0.0634,
                    difference: around(-0.0004, 0.0011),
                    p_value: 0.46,
                    method: 'paired',
                },
                {
                    metric: 'log_loss',
                    champion: 0.2231,
                    challenger: 0.2212,
                    difference: around(-0.0019, 0.0034),
                    p_value: 0.27,
                    method: 'paired',
                },
                {
                    metric: 'sensitivity',
                    champion: 0.78,
                    challenger: 0.789,
                    difference: around(0.009, 0.03),
                    p_value: 0.56,
                    method: 'paired',
                },
                {
                    metric: 'specificity',
                    champion: 0.762,
                    challenger: 0.773,
                    difference: around(0.011, 0.012),
                    p_value: 0.07,
                    method: 'paired',
                },
                {
                    metric: 'net_benefit',
                    champion: 0.0391,
                    challenger: 0.0402,
                    difference: around(0.0011, 0.0018),
                    p_value: 0.23,
                    method: 'paired',
                },
            ],
            mcnemar: {
                both_right: 930,
                only_champion: 31,
                only_challenger: 44,
                both_wrong: 244,
                p_value: 0.166,
                method: 'McNemar, continuity corrected',
            },
            moves: [
                {from: 'At Risk', to: 'Neutral', n: 31, events: 2},
                {from: 'Neutral', to: 'At Risk', n: 17, events: 3},
                {from: 'Critical', to: 'At Risk', n: 9, events: 4},
                {from: 'Neutral', to: 'Neutral', n: 480, events: 18},
            ],
            promotion: {
                rule: [
                    {metric: 'auc', margin: 0.01, difference: 0.006, low_or_high: -0.003, holds: true},
                    {
                        metric: 'sensitivity',
                        margin: 0.03,
                        difference: 0.009,
                        low_or_high: -0.021,
                        holds: true,
                    },
                    {
                        metric: 'specificity',
                        margin: 0.02,
                        difference: 0.011,
                        low_or_high: -0.001,
                        holds: true,
                    },
                ],
                result: 'promote',
                error_rate: 0.05,
                declared: 'in the model',
                words: 'The challenger is no worse than the champion by more than the margins that were declared.',
            },
        },
        interim: null,
    };
}

// Text that would be markup, script or an address if it were ever taken for more than text.
export const hostileNames = [
    '</script><script>window.hit=1</script>',
    '<img src=x onerror="window.hit=2">',
    'javascript:window.hit=3',
    '"><svg onload=window.hit=4>',
    "'};window.hit=5;//",
    'line\u2028and\u2029ends',
    '\u202Eright to left\u202C',
    '${window.hit=6}',
    '{{constructor.constructor("window.hit=7")()}}',
    '<!-- <script>',
    '__proto__',
    'https://example.invalid/x.png',
];

export function hostile() {
    const doc = full();
    const name = (k) => hostileNames[k % hostileNames.length];
    doc.model.name = name(0);
    doc.model.version = name(1);
    doc.data.name = name(3);
    doc.quality.notes = hostileNames;
    doc.what_to_do = hostileNames;
    doc.verdict.headline = name(1);
    doc.verdict.reasons = hostileNames;
    for (const [list, keys] of [
        ['misses', ['account', 'owner', 'zone', 'type', 'why']],
        ['false_alarms', ['account', 'owner', 'zone']],
        ['segments', ['column', 'value']],
        ['weights', ['signal', 'dimension']],
        ['zones', ['name']],
        ['periods', ['period']],
        ['blind_spots', ['words', 'kind']],
        ['segment_gaps', ['column', 'value', 'words']],
    ])
        doc[list].forEach((row, k) =>
            keys.forEach((key, j) => {
                row[key] = name(k + j);
            }),
        );
    doc.misses.forEach((row, k) => {
        row.looked_healthy = row.looked_healthy.map((s, j) => ({...s, signal: name(k + j)}));
    });
    doc.blind_spots.forEach((row, k) => {
        row.conditions = [
            {column: name(k), is: name(k + 1)},
            {column: name(k + 2), below: 3},
        ];
    });
    doc.drift.variables.forEach((row, k) => {
        row.name = `${name(k)} ${k}`;
        row.bins.forEach((bin, j) => {
            bin.label = name(j);
        });
    });
    doc.unused_columns.columns.forEach((row, k) => {
        row.column = name(k);
        row.words = name(k + 1);
    });
    doc.comparison.moves.forEach((row, k) => {
        row.from = name(k);
        row.to = name(k + 1);
    });
    doc.migration.zones = doc.migration.zones.map((zone, k) => name(k));
    doc.metrics[name(0)] = {value: 0.5, interval: [0.4, 0.6], method: name(1), target: null, result: null};
    return doc;
}

// A vendor's score, no dates, no accounts, no probabilities, few rows.
export function sparse() {
    const rows = accounts(140, 3);
    const {sensitivity, specificity, ppv, npv, prevalence, accuracy, flagged_share, auc} = metricsOf(rows);
    const none = {value: null, interval: [null, null], method: null, target: null, result: null};
    const {roc, precision_recall, gains} = curvesOf(rows);
    const edges = Array.from({length: 21}, (_, k) => 5 * k);
    const histogram = (churned) =>
        edges
            .slice(1)
            .map(
                (to, k) =>
                    rows.filter(
                        (r) => r.churned === churned && r.score >= edges[k] && (r.score < to || k === 19),
                    ).length,
            );
    return {
        format: 'assay-audit/1',
        created: '2026-10-05',
        score_column: 'vendor_score',
        higher_is: 'health',
        champion: null,
        data: {
            name: 'vendor.csv',
            rows: 140,
            used: 140,
            events: rows.filter((r) => r.churned).length,
            accounts: null,
            waiting: 0,
            other: 0,
            dropped: {},
            early_events: 0,
            unseen_plan: 0,
            unseen_segment: 0,
            unknown_category: 0,
            sha256: digest(9).slice(7),
            from: null,
            to: null,
        },
        line: {score: 50, probability: null, by: null, segments: []},
        quality: {in_sample: null, notes: []},
        what_to_do: [],
        verdict: {
            result: 'fail',
            reasons: ['sensitivity 41.2% of 17 against a target of 75%: missed'],
            headline: 'fail: sensitivity is below its target',
            error_rate: 0.05,
            targets: [],
            power: null,
            pooled: null,
            floors: [],
        },
        counts: countsOf(rows),
        metrics: {
            sensitivity: {...sensitivity, result: 'fail'},
            specificity,
            ppv,
            npv,
            prevalence,
            accuracy,
            flagged_share,
            auc,
            brier: none,
            log_loss: none,
            oe_ratio: none,
            calibration_slope: none,
        },
        curves: {
            roc,
            precision_recall,
            gains,
            calibration: null,
            net_benefit: null,
            distribution: {edges, events: histogram(true), others: histogram(false), of: 'score'},
        },
        zones: [],
        periods: [],
        weights: null,
        value: null,
        miss_summary: {n: 0, listed: 0, value: null, types: []},
        misses: [],
        false_alarm_summary: null,
        false_alarms: [],
        unused_columns: null,
        segments: [],
        segment_gaps: [],
        blind_spots: [],
        blind_spot_search: {refused: 'there are too few churners to look for blind spots (needs 20)'},
        acted_on: null,
        lead_time: {refused: 'no dates: how early a flag came cannot be told'},
        impact: null,
        drift: null,
        migration: null,
        inflation: null,
        calibration_drift: null,
        comparison: null,
        interim: {refused: 'needs probabilities'},
    };
}

export function candidate() {
    const rows = accounts(1800, 21);
    const metrics = metricsOf(rows),
        counts = countsOf(rows);
    for (const m of Object.values(metrics)) Object.assign(m, {target: null, result: null});
    const performance = (shift, n) => ({
        n,
        events: Math.round(n * 0.083),
        ...Object.fromEntries(
            [
                'auc',
                'brier',
                'log_loss',
                'calibration_intercept',
                'calibration_slope',
                'oe_ratio',
                'sensitivity',
                'specificity',
                'ppv',
                'npv',
            ].map((name) => [name, around(metrics[name].value + shift * 0.002, 0.02)]),
        ),
    });
    const yardstick = (auc, change, half) => ({
        n: 2454,
        events: 190,
        auc,
        brier: 0.0628,
        log_loss: 0.2213,
        auc_gain: around(0.852 - auc, 0.004),
        brier_change: around(-0.0004, 0.0004),
        log_loss_change: around(change, half),
    });
    return {
        format: 'assay-candidate/1',
        created: '2026-07-05',
        data: {name: 'history.csv', n: rows.length, events: counts.tp + counts.fn},
        counts,
        metrics,
        curves: curvesOf(rows),
        zones: zonesOf(rows).map(({value, value_lost, ...zone}) => zone),
        model: {
            format: 'assay-model/1',
            name: 'b2b-health',
            version: 'candidate',
            parent: {version: '2026.1', digest: digest(2)},
            created: '2026-07-05',
            targets: {sensitivity: 0.75, specificity: 0.7},
            signals: signalNames.map(([name, dimension, weight]) => ({
                name,
                dimension,
                weight,
                weight_interval: [Math.max(0, weight - 0.03), weight + 0.04],
            })),
            score: {
                scale: 'log-odds',
                at_risk_probability: 0.0807,
                at_risk_score: 50,
                points_to_halve_odds: 10,
            },
            zones: zoneNames.map(([name, from]) => ({name, from})),
            fit: {
                method: 'maximum likelihood',
                anchor: 'champion',
                anchor_weights: signalNames.map(() => 1 / 13),
                strength: 0.5,
                strength_chosen: true,
                rows: 7352,
                events: 613,
                accounts: 1748,
                warnings: ['signal "nps": 25 of 3,307 values lie beyond its range and were clamped'],
                unconstrained: {
                    log_likelihood: -1592.4,
                    coefficients: [
                        {
                            name: '(intercept)',
                            estimate: 2.28,
                            std_error: 0.19,
                            z: 12.02,
                            p_value: 2.9e-33,
                            interval: [1.9, 2.65],
                        },
                        ...signalNames.map(([name, , weight]) => ({
                            name,
                            estimate: -12 * weight,
                            std_error: 0.22,
                            z: -54 * weight,
                            p_value: 0.01,
                            interval: [-12 * weight - 0.43, -12 * weight + 0.43],
                        })),
                    ],
                },
            },
            performance: {
                apparent: performance(1, 7352),
                optimism_corrected: performance(-0.5, 7352),
                cross_validated: performance(0, 7352),
                out_of_time: performance(3, 1232),
            },
            yardsticks: {
                equal_weights: yardstick(0.839, -0.0033, 0.0018),
                champion: yardstick(0.8456, -0.0012, 0.0013),
                champion_recalibrated: yardstick(0.8453, -0.0011, 0.0013),
            },
            training_data: {
                rows: 9839,
                used: 7352,
                dropped: {not_matured: 0, outside_window: 2487},
                sha256: digest(5).slice(7),
                from: '2024-12-31',
                to: '2026-03-31',
            },
            changes: {
                weights: signalNames.map(([name, , weight], j) => ({
                    name,
                    before: weight + 0.01 * Math.cos(j),
                    after: weight,
                    data: around(-0.01 * Math.cos(j), 0.02),
                    baselines: around(0.0004, 0.001),
                    method: {value: 0, interval: null},
                    accounts: [
                        {account: 'A-00271', pull: 0.0015},
                        {account: 'A-00286', pull: 0.0012},
                    ],
                })),
                performance: {before: performance(-1, 2454), after: performance(0, 2454)},
                zones: zoneNames.flatMap(([from], a) =>
                    zoneNames.map(([to], b) => ({
                        from,
                        to,
                        snapshots: a === b ? 400 : Math.abs(a - b) === 1 ? 30 + 7 * a : 0,
                    })),
                ),
            },
            examples: [],
            digest: digest(6),
        },
    };
}
