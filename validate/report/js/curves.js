// curves.js - curves over all lines that could be drawn, of any set of predictions: an audit's, or a
// candidate's held-out ones. Each function takes the document and gives a figure, or null where its part is
// missing; so do those of probabilities.js and zones.js.

const range95 = '95% interval';
const known = (rows, ...keys) => (rows || []).filter((row) => keys.every((key) => isNumber(row[key])));
const ends = (e) => ({
    low: e && e.interval ? e.interval[0] : null,
    high: e && e.interval ? e.interval[1] : null,
});

// The line in words, e.g. "score below 50".
function lineWords(line, higherIs) {
    if (!line || !isNumber(line.score)) return 'the line';
    return higherIs === 'risk'
        ? `risk of ${decimal(line.score, 0)} or more`
        : `score below ${decimal(line.score, 1).replace(/\.0$/, '')}`;
}

function rocFigure(doc) {
    const rows = known(doc.curves && doc.curves.roc, 'false_positive_rate', 'sensitivity');
    const m = doc.metrics || {};
    if (rows.length < 2) return null;
    const curve = rows.map((row, order) => ({across: row.false_positive_rate, up: row.sensitivity, order}));
    const line =
        m.sensitivity && m.specificity && isNumber(m.sensitivity.value) && isNumber(m.specificity.value)
            ? [
                  {
                      across: 1 - m.specificity.value,
                      up: m.sensitivity.value,
                      label: lineWords(doc.line, doc.higher_is),
                  },
              ]
            : [];
    return figure({
        title: 'Telling churners from those who stayed (ROC)',
        note: `${m.auc ? `AUC ${estimate(m.auc)}: the chance that a churner ranks as riskier than one who stayed. ` : ''}The dot is the line in use; the further up and left, the better.`,
        charts: chart('roc', {curve, line}, {label: `ROC curve, AUC ${estimate(m.auc)}`}),
        columns: [
            {
                title: 'Flagged from',
                value: (row) => row.threshold,
                show: (row) => decimal(row.threshold, 4),
                number: true,
            },
            {
                title: 'Churners flagged',
                value: (row) => row.sensitivity,
                show: (row) => percent(row.sensitivity),
                number: true,
            },
            {
                title: 'Stayers flagged',
                value: (row) => row.false_positive_rate,
                show: (row) => percent(row.false_positive_rate),
                number: true,
            },
        ],
        rows,
    });
}

function precisionRecallFigure(doc) {
    const rows = known(doc.curves && doc.curves.precision_recall, 'recall', 'precision');
    const m = doc.metrics || {};
    if (rows.length < 2) return null;
    const line =
        m.sensitivity && m.ppv && isNumber(m.sensitivity.value) && isNumber(m.ppv.value)
            ? [
                  {
                      recall: m.sensitivity.value,
                      precision: m.ppv.value,
                      label: lineWords(doc.line, doc.higher_is),
                  },
              ]
            : [];
    const prevalence = m.prevalence && isNumber(m.prevalence.value) ? [{precision: m.prevalence.value}] : [];
    return figure({
        title: 'How many calls are worth it (precision and recall)',
        note: 'The more churners are to be reached, the more calls go to accounts that would have stayed. Dashed: calling at random.',
        charts: chart(
            'precision-recall',
            {
                curve: rows.map((row, order) => ({recall: row.recall, precision: row.precision, order})),
                line,
                prevalence,
            },
            {label: `Precision against recall, average precision ${estimate(m.average_precision)}`},
        ),
        columns: [
            {
                title: 'Flagged from',
                value: (row) => row.threshold,
                show: (row) => decimal(row.threshold, 4),
                number: true,
            },
            {
                title: 'Churners flagged',
                value: (row) => row.recall,
                show: (row) => percent(row.recall),
                number: true,
            },
            {
                title: 'Flagged that churned',
                value: (row) => row.precision,
                show: (row) => percent(row.precision),
                number: true,
            },
        ],
        rows,
    });
}

function gainsFigure(doc) {
    const rows = known(doc.curves && doc.curves.gains, 'decile', 'rate');
    if (rows.length === 0) return null;
    const m = doc.metrics || {};
    const deciles = rows
        .map((row) => ({
            decile: String(row.decile),
            rate: row.rate,
            lift: row.lift,
            gain: row.cumulative_gain,
            ...ends(row),
            range: interval(row.interval, percent) || dash,
        }))
        .map((row) => ({...row, high: isNumber(row.high) ? row.high : row.rate}));
    const top = rows.find((row) => row.decile === 2) || rows[0];
    return figure({
        title: 'Where the churners are (gains)',
        note: `Churn rate of each tenth of the accounts, riskiest first. Above each bar: share of all churners reached up to there${isNumber(top.cumulative_gain) ? `; the riskiest ${top.decile === 2 ? 'fifth holds' : 'tenth holds'} ${percent(top.cumulative_gain, 0)}` : ''}. Dashed: all accounts.`,
        charts: chart(
            'gains',
            {
                deciles,
                average: m.prevalence && isNumber(m.prevalence.value) ? [{rate: m.prevalence.value}] : [],
            },
            {label: 'Churn rate by tenth of the accounts'},
        ),
        columns: [
            {title: 'Tenth', value: (row) => row.decile, number: true},
            {
                title: 'Churned',
                value: (row) => row.rate,
                show: (row) => estimateCell({value: row.rate, interval: row.interval}, percent),
                number: true,
            },
            {title: 'Churners', value: (row) => row.events, number: true},
            {title: capital(things()), value: (row) => row.n, number: true},
            {title: 'Lift', value: (row) => row.lift, show: (row) => decimal2(row.lift), number: true},
            {
                title: 'Lift so far',
                value: (row) => row.cumulative_lift,
                show: (row) => decimal2(row.cumulative_lift),
                number: true,
            },
            {
                title: 'Churners so far',
                value: (row) => row.cumulative_gain,
                show: (row) => percent(row.cumulative_gain),
                number: true,
            },
        ],
        rows,
    });
}

// ---- decisions ----

// How far the curve is drawn: while acting is worth a twentieth of what it is at best, and past the line. The
// table has all thresholds.
function lastWorth(rows, line) {
    const best = Math.max(...rows.map((row) => row.model));
    const worth = rows.filter((row) => row.model > 0.05 * best).map((row) => row.threshold);
    return Math.max(0.1, 1.15 * Math.max(...worth, 0), line.length > 0 ? 2 * line[0].threshold : 0);
}

function decisionFigures(doc) {
    const net = doc.curves && doc.curves.net_benefit;
    const rows = known(net && net.points, 'threshold', 'model');
    if (rows.length < 2) return [];
    const at =
        doc.line && isNumber(doc.line.probability)
            ? [{threshold: doc.line.probability, label: 'the line'}]
            : [];
    const last = lastWorth(rows, at);
    const drawn = rows.filter((row) => row.threshold <= last);
    const best = Math.max(
        ...rows.map((row) => Math.max(row.model, isNumber(row.high) ? row.high : row.model)),
    );
    const accounts = figure({
        title: 'Is acting on the score worth it (decision curve)',
        note: 'Net churners reached per 100 accounts: those reached less the false alarms, weighed at the odds of the threshold. Solid: by the score; dashed: contact everybody; the level line: nobody.',
        charts: chart(
            'decision',
            {
                curves: drawn.map((row) => ({
                    threshold: row.threshold,
                    benefit: 100 * row.model,
                    low: isNumber(row.low) ? 100 * row.low : null,
                    high: isNumber(row.high) ? 100 * row.high : null,
                    everybody: isNumber(row.treat_all) ? 100 * row.treat_all : null,
                })),
                line: at,
            },
            {
                params: {lowest: -25 * best, highest: 110 * best || 1},
                label: 'Decision curve: net benefit of acting on the score',
            },
        ),
        columns: [
            {
                title: 'From a probability of',
                value: (row) => row.threshold,
                show: (row) => percent(row.threshold),
                number: true,
            },
            {
                title: 'By the score',
                value: (row) => row.model,
                show: (row) =>
                    estimateCell(
                        {
                            value: 100 * row.model,
                            interval: [row.low, row.high].map((x) => (isNumber(x) ? 100 * x : null)),
                        },
                        decimal2,
                    ),
                number: true,
            },
            {
                title: 'Everybody',
                value: (row) => row.treat_all,
                show: (row) => decimal2(100 * row.treat_all),
                number: true,
            },
            {
                title: 'Calls saved per 100',
                value: (row) => row.interventions_avoided_per_100,
                show: (row) => decimal(row.interventions_avoided_per_100, 1),
                number: true,
            },
        ],
        rows,
    });
    const valued = known(rows, 'value_model');
    if (valued.length < 2) return [accounts];
    const most = Math.max(...valued.map((row) => row.value_model));
    return [
        accounts,
        figure({
            title: 'The same, weighed by what accounts are worth',
            note: 'Net value reached per account: a large customer counts for more than a small one.',
            charts: chart(
                'decision',
                {
                    curves: valued
                        .filter((row) => row.threshold <= last)
                        .map((row) => ({
                            threshold: row.threshold,
                            benefit: row.value_model,
                            everybody: row.value_treat_all,
                            low: null,
                            high: null,
                        })),
                    line: at,
                },
                {
                    params: {lowest: -0.25 * most, highest: 1.1 * most || 1},
                    axes: {y: {title: 'Net value reached, per account'}},
                    label: 'Decision curve by value',
                },
            ),
            columns: [
                {
                    title: 'From a probability of',
                    value: (row) => row.threshold,
                    show: (row) => percent(row.threshold),
                    number: true,
                },
                {
                    title: 'By the score',
                    value: (row) => row.value_model,
                    show: (row) => money(row.value_model),
                    number: true,
                },
                {
                    title: 'Everybody',
                    value: (row) => row.value_treat_all,
                    show: (row) => money(row.value_treat_all),
                    number: true,
                },
            ],
            rows: valued,
        }),
    ];
}
