// Charts: drawn where the document's numbers are, and each with a table of them.

import assert from 'node:assert/strict';
import {check, documents} from '../bench.mjs';

// In the page: the marks of a layer, as the numbers at which they stand: what is drawn is read back through the
// scales of the axes. Points and bars come from the SVG, lines from their path.
function drawn(name, layer, which = 0) {
    const host = document.querySelectorAll(`[data-chart="${name}"]`)[which];
    const view = host.view;
    const back = {x: view.scale('x'), y: view.scale('y')};
    const number = (axis, at) =>
        back[axis].invert && !back[axis].bandwidth ? Number(back[axis].invert(at)) : null;
    return [...host.querySelectorAll(`g.${layer}_marks > path, g.${layer}_marks > line`)].flatMap((mark) => {
        const group = mark.parentElement;
        const [dx, dy] = (mark.getAttribute('transform') || 'translate(0,0)')
            .match(/-?\d*\.?\d+(?:e-?\d+)?/g)
            .map(Number);
        if (group.classList.contains('mark-line'))
            return [...mark.getAttribute('d').matchAll(/[ML](-?[\d.e-]+),(-?[\d.e-]+)/g)].map(([, x, y]) => ({
                x: number('x', +x),
                y: number('y', +y),
            }));
        const box = mark.getBBox();
        if (group.classList.contains('mark-symbol')) return [{x: number('x', dx), y: number('y', dy)}];
        return [
            {
                x: number('x', dx + box.x),
                x2: number('x', dx + box.x + box.width),
                y: number('y', dy + box.y),
                y2: number('y', dy + box.y + box.height),
            },
        ];
    });
}

// The page has seven digits of a number, and a path three decimals of a pixel, of some 300: 2e-4 of an axis.
function near(got, want, span, what) {
    assert.equal(got.length, want.length, `${what}: ${got.length} drawn, ${want.length} in the document`);
    want.forEach((value, k) =>
        assert.ok(Math.abs(got[k] - value) <= 2e-4 * span, `${what} ${k}: drawn at ${got[k]}, is ${value}`),
    );
}

const doc = documents.full;
const shares = (rows, key) => rows.map((row) => row[key]);

async function compare(bench, name, layer, axis, want, {which = 0, span = 1, from = 'full'} = {}) {
    bench.needsCharts();
    await bench.reading(from, async (page) => {
        const marks = await page.evaluate(drawn, name, layer, which);
        near(
            marks.map((mark) => mark[axis]),
            want,
            span,
            `${name}, ${layer}, ${axis}`,
        );
    });
}

check('the ROC curve passes where it should', async (bench) => {
    await compare(bench, 'roc', 'curve', 'x', shares(doc.curves.roc, 'false_positive_rate'));
    await compare(bench, 'roc', 'curve', 'y', shares(doc.curves.roc, 'sensitivity'));
});
check('the dot on the ROC curve is the line in use', async (bench) => {
    await compare(bench, 'roc', 'line', 'x', [1 - doc.metrics.specificity.value]);
    await compare(bench, 'roc', 'line', 'y', [doc.metrics.sensitivity.value]);
});
check('precision is drawn against recall', async (bench) => {
    await compare(bench, 'precision-recall', 'curve', 'x', shares(doc.curves.precision_recall, 'recall'));
    await compare(bench, 'precision-recall', 'curve', 'y', shares(doc.curves.precision_recall, 'precision'));
});
check('the dots of the calibration plot are its bins', async (bench) => {
    await compare(bench, 'calibration', 'bins', 'x', shares(doc.curves.calibration.bins, 'mean_predicted'));
    await compare(bench, 'calibration', 'bins', 'y', shares(doc.curves.calibration.bins, 'observed'));
});
check('the flexible calibration curve passes where it should', (bench) =>
    compare(
        bench,
        'calibration',
        'flexible',
        'y',
        shares(doc.curves.calibration.flexible.points, 'observed'),
    ),
);
check('bars of zones end at their churn rate', (bench) =>
    compare(bench, 'zones', 'bars', 'x2', shares(doc.zones, 'rate')),
);
check('weights stand at their points of 100, ticks at the champion’s', async (bench) => {
    await compare(
        bench,
        'weights',
        'weights',
        'x',
        doc.weights.map((row) => 100 * row.weight),
        {span: 100},
    );
    bench.needsCharts();
    await bench.reading('full', async (page) => {
        const ticks = await page.evaluate(drawn, 'weights', 'before');
        near(
            ticks.map((tick) => (tick.x + tick.x2) / 2),
            doc.weights.map((row) => 100 * row.champion_weight),
            100,
            'ticks',
        );
    });
});
check('sensitivity and specificity stand at their value in each quarter', async (bench) => {
    await compare(
        bench,
        'periods',
        'periods',
        'y',
        doc.periods.map((row) => row.sensitivity.value),
    );
    await compare(
        bench,
        'periods',
        'periods',
        'y',
        doc.periods.map((row) => row.specificity.value),
        {which: 1},
    );
});
check('the decision curve is the net benefit, per 100 accounts and by value', async (bench) => {
    bench.needsCharts();
    await bench.reading('full', async (page) => {
        for (const [which, key, times] of [
            [0, 'model', 100],
            [1, 'value_model', 1],
        ]) {
            const marks = await page.evaluate(drawn, 'decision', 'model', which);
            const rows = doc.curves.net_benefit.points.filter(
                (row) => row.threshold <= marks.at(-1).x + 1e-6,
            );
            assert.ok(rows.length >= 10);
            near(
                marks.map((mark) => mark.y),
                rows.map((row) => times * row[key]),
                times * Math.max(...rows.map((row) => row[key])),
                key,
            );
        }
    });
});
check('bars of gains end at the rate of their tenth', async (bench) => {
    // Drawn from the bottom up: the box's upper edge; tenths without churners have no bar to speak of.
    await compare(bench, 'gains', 'bars', 'y', shares(doc.curves.gains, 'rate'));
});
check('bars of drift end at the PSI', async (bench) => {
    const rows = doc.drift.variables
        .slice()
        .sort(
            (a, b) =>
                b.drifted - a.drifted ||
                ['signal', 'score', 'segment', 'plan'].indexOf(a.kind) -
                    ['signal', 'score', 'segment', 'plan'].indexOf(b.kind) ||
                b.psi - a.psi,
        );
    await compare(bench, 'drift', 'bars', 'x2', shares(rows, 'psi'));
});
check('the cumulative sums are both drawn, the lower one downwards', async (bench) => {
    bench.needsCharts();
    await bench.reading('full', async (page) => {
        const marks = await page.evaluate(() => {
            const view = document.querySelector('[data-chart="cusum"]').view;
            return [...document.querySelectorAll('[data-chart="cusum"] g.layer_1_layer_1_marks path')].map(
                (mark) =>
                    Number(
                        view
                            .scale('y')
                            .invert(Number(mark.getAttribute('transform').match(/,\s*(-?[\d.e-]+)/)[1])),
                    ),
            );
        });
        const points = doc.calibration_drift.points;
        near(marks, [...points.map((row) => row.upper), ...points.map((row) => -row.lower)], 10, 'sums');
    });
});
check('the lead time curve shows 30, 60 and 90 days where they are', (bench) =>
    compare(bench, 'lead-time', 'ahead', 'y', shares(doc.lead_time.ahead, 'share')),
);
check('segments stand at their sensitivity and specificity', async (bench) => {
    await compare(
        bench,
        'segments',
        'segments',
        'x',
        doc.segments.map((row) => row.sensitivity.value),
    );
    await compare(
        bench,
        'segments',
        'segments',
        'x',
        doc.segments.map((row) => row.specificity.value),
        {which: 1},
    );
});
check('bars of the distribution are as high as their share', (bench) => {
    const d = doc.curves.distribution;
    const share = (list) => {
        const all = list.reduce((sum, n) => sum + n, 0);
        return list.map((n) => n / all);
    };
    return compare(bench, 'distribution', 'bars', 'y', [...share(d.events), ...share(d.others)]);
});
check('a candidate’s curves are those of its held-out predictions', (bench) =>
    compare(bench, 'roc', 'curve', 'y', shares(documents.candidate.curves.roc, 'sensitivity'), {
        from: 'candidate',
    }),
);

// ---- tables ----

const percents = (rows, value) => rows.map((row) => `${(100 * value(row)).toFixed(1)}%`);
const decimals = (rows, value, digits) => rows.map((row) => value(row).toFixed(digits).replace('-', '−'));

// Title of the figure, column of its table, what its cells begin with.
const tables = [
    [/ROC/, 1, percents(doc.curves.roc, (row) => row.sensitivity)],
    [/precision and recall/, 2, percents(doc.curves.precision_recall, (row) => row.precision)],
    [/calibration\)/, 1, percents(doc.curves.calibration.bins, (row) => row.observed)],
    [/^Probabilities of/, 2, doc.curves.distribution.events.map(String)],
    [/Churn by zone/, 1, percents(doc.zones, (row) => row.rate)],
    [/Weights of/, 2, decimals(doc.weights, (row) => 100 * row.weight, 1)],
    [/Sensitivity by quarter/, 1, percents(doc.periods, (row) => row.sensitivity.value)],
    [/Specificity by quarter/, 1, percents(doc.periods, (row) => row.specificity.value)],
    [/decision curve/, 1, decimals(doc.curves.net_benefit.points, (row) => 100 * row.model, 2)],
    [/gains/, 4, decimals(doc.curves.gains, (row) => row.lift, 2)],
    [/drift\)/, 2, decimals(doc.drift.variables, (row) => row.psi, 3)],
    [/CUSUM/, 4, decimals(doc.calibration_drift.points, (row) => row.upper, 2)],
    [/days ahead/, 1, percents(doc.lead_time.ahead, (row) => row.share)],
    [/Sensitivity by segment/, 2, percents(doc.segments, (row) => row.sensitivity.value)],
    [/Specificity by segment/, 2, percents(doc.segments, (row) => row.specificity.value)],
];

check('every chart has a table with its numbers', (bench) =>
    bench.with('full', {}, async (page) => {
        const figures = await page.evaluate(() =>
            [...document.querySelectorAll('figure')].map((figure) => {
                const details = [...figure.querySelectorAll(':scope > details')].at(-1);
                details.querySelector('button.quiet')?.click();
                return {
                    title: figure.querySelector('h3').textContent,
                    charts: figure.querySelectorAll('.chart').length,
                    rows: [...details.querySelectorAll('tbody tr')].map((row) =>
                        [...row.cells].map((cell) => cell.textContent),
                    ),
                };
            }),
        );
        for (const figure of figures)
            assert.ok(figure.rows.length > 0 && (figure.charts > 0 || !bench.hasCharts), figure.title);
        for (const [title, column, want] of tables) {
            const figure = figures.find((one) => title.test(one.title));
            assert.ok(figure, `no figure ${title}`);
            // A zero has no sign, whichever side it was rounded from.
            want.forEach((text, k) =>
                assert.ok(
                    figure.rows[k][column].replace('−', '').startsWith(text.replace('−', '')),
                    `${figure.title}, row ${k}: "${figure.rows[k][column]}", not ${text}`,
                ),
            );
        }
        assert.equal(
            new Set(tables.map(([title]) => figures.findIndex((one) => title.test(one.title)))).size,
            figures.length - 1,
        ); // all but the decision curve by value
    }),
);
