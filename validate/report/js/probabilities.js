// probabilities.js - whether predicted probabilities mean what they say, and how they are spread.

// Bars of one group's share in each bin, up for churners and down for the others.
function spreadBars(distribution) {
    const sum = (list) => list.reduce((total, x) => total + x, 0);
    return [
        ['churned', distribution.events, 1],
        ['stayed', distribution.others, -1],
    ].flatMap(([group, counts, side]) => {
        const all = sum(counts);
        const most = Math.max(...counts) || 1;
        return counts.map((n, k) => ({
            group,
            n,
            from: distribution.edges[k],
            to: distribution.edges[k + 1],
            part: all > 0 ? n / all : 0,
            share: (side * n) / most,
            range: interval([distribution.edges[k], distribution.edges[k + 1]], percent),
        }));
    });
}

// As far as the axis has to go: the bins with their intervals, and 99.5% of the accounts.
function calibrationLimit(bins, distribution) {
    let limit = Math.max(
        ...bins.map((bin) =>
            Math.max(bin.mean_predicted, bin.observed, ...(bin.interval || []).filter(isNumber)),
        ),
    );
    if (distribution && distribution.of === 'probability') {
        const both = distribution.events.map((n, k) => n + distribution.others[k]);
        const all = both.reduce((total, n) => total + n, 0);
        let seen = 0;
        const last = both.findIndex((n) => (seen += n) >= 0.995 * all);
        limit = Math.max(limit, distribution.edges[last + 1]);
    }
    return Math.min(1, Math.ceil(limit * 20) / 20 || 1);
}

const briefWords = [
    ['Brier score, reliability', 'reliability', 'lower is better: gap between predicted and observed'],
    ['Brier score, resolution', 'resolution', 'higher is better: how far the bins differ'],
    ['Brier score, uncertainty', 'uncertainty', 'of the outcome itself'],
];

function calibrationTests(calibration) {
    const {brier_parts: parts, hosmer_lemeshow: groups, unreliability, spiegelhalter} = calibration;
    return facts([
        ...(parts
            ? briefWords.map(([name, key, words]) => [
                  name,
                  isNumber(parts[key]) ? decimal4(parts[key]) : null,
                  words,
              ])
            : []),
        [
            'Hosmer-Lemeshow',
            groups && isNumber(groups.chi2)
                ? `χ² ${decimal(groups.chi2, 1)} on ${groups.df} df, p ${pValue(groups.p_value)}`
                : null,
        ],
        [
            'Intercept and slope together',
            unreliability && isNumber(unreliability.chi2)
                ? `χ² ${decimal(unreliability.chi2, 1)}, p ${pValue(unreliability.p_value)}`
                : null,
        ],
        [
            'Spiegelhalter',
            spiegelhalter && isNumber(spiegelhalter.z)
                ? `z ${decimal2(spiegelhalter.z)}, p ${pValue(spiegelhalter.p_value)}`
                : null,
        ],
    ]);
}

function calibrationFigure(doc) {
    const calibration = doc.curves && doc.curves.calibration;
    const bins = known(calibration && calibration.bins, 'mean_predicted', 'observed');
    if (bins.length === 0) return null;
    const spread =
        doc.curves.distribution && doc.curves.distribution.of === 'probability'
            ? doc.curves.distribution
            : null;
    const limit = calibrationLimit(bins, spread);
    const points = calibration.flexible ? known(calibration.flexible.points, 'predicted', 'observed') : [];
    const m = doc.metrics || {};
    const sets = {
        bins: bins.map((bin) => ({
            predicted: bin.mean_predicted,
            observed: bin.observed,
            n: bin.n,
            ...ends(bin),
            range: interval(bin.interval, percent) || dash,
        })),
        flexible: points,
    };
    return figure({
        title: 'Does the probability mean what it says (calibration)',
        note: `Each dot is a tenth of the accounts with its ${range95}${points.length > 0 ? '; the curve with its band follows all accounts' : ''}. On the dashed line, as many churn as predicted. Observed / expected ${estimate(m.oe_ratio)}.`,
        legend: spread
            ? [
                  ['event', 'churned, by prediction'],
                  ['other', 'stayed'],
              ]
            : null,
        charts: [
            chart('calibration', sets, {
                params: {limit},
                label: `Calibration plot, slope ${estimate(m.calibration_slope)}`,
            }),
            spread
                ? chart(
                      'calibration-spread',
                      {bars: spreadBars(spread)},
                      {
                          params: {limit},
                          label: 'Predictions of those who churned, above, and who stayed, below',
                      },
                  )
                : null,
        ],
        extra: el(
            'details',
            {},
            el('summary', {}, 'Tests, and what the Brier score is made of'),
            calibrationTests(calibration),
        ),
        columns: [
            {
                title: 'Predicted',
                value: (bin) => bin.mean_predicted,
                show: (bin) => percent(bin.mean_predicted),
                number: true,
            },
            {
                title: 'Churned',
                value: (bin) => bin.observed,
                show: (bin) => estimateCell({value: bin.observed, interval: bin.interval}, percent),
                number: true,
            },
            {title: 'Churners', value: (bin) => bin.events, number: true},
            {title: capital(things()), value: (bin) => bin.n, number: true},
        ],
        rows: bins,
    });
}

function distributionFigure(doc) {
    const d = doc.curves && doc.curves.distribution;
    if (!d || !Array.isArray(d.edges) || d.edges.length < 2) return null;
    const show = d.of === 'probability' ? percent : (x) => decimal(x, 1);
    const total = (counts) => counts.reduce((sum, n) => sum + n, 0);
    const groups = [
        ['churned', d.events, total(d.events)],
        ['stayed', d.others, total(d.others)],
    ];
    const bars = groups.flatMap(([group, counts, all]) =>
        counts.map((n, k) => ({
            group,
            n,
            from: d.edges[k],
            to: d.edges[k + 1],
            share: all > 0 ? n / all : 0,
            range: interval([d.edges[k], d.edges[k + 1]], show),
        })),
    );
    const at = d.of === 'probability' ? doc.line && doc.line.probability : doc.line && doc.line.score;
    const host = chart(
        'distribution',
        {bars, line: isNumber(at) ? [{at, label: 'the line'}] : []},
        {
            axes: d.of === 'probability' ? {x: {title: 'Predicted probability of churn', format: '%'}} : {},
            label: 'Distribution of churners and of those who stayed',
        },
    );
    return figure({
        title: `${d.of === 'probability' ? 'Probabilities' : 'Scores'} of churners and of those who stayed`,
        note: 'The less the two overlap, the better the score tells them apart. Each group adds up to 100%.',
        charts: host,
        columns: [
            {title: 'From', value: (row) => row.from, show: (row) => show(row.from), number: true},
            {title: 'To', value: (row) => row.to, show: (row) => show(row.to), number: true},
            {title: 'Churned', value: (row) => row.events, number: true},
            {title: 'Stayed', value: (row) => row.others, number: true},
        ],
        rows: d.events.map((n, k) => ({
            from: d.edges[k],
            to: d.edges[k + 1],
            events: n,
            others: d.others[k],
        })),
    });
}
