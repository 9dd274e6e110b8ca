// Whole pages: they show themselves without complaint, and ask for nothing.

import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import {execFileSync} from 'node:child_process';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {check, documents, Skip} from '../bench.mjs';
import {candidate, full} from '../fixtures.mjs';

async function isQuiet(bench, name) {
    await bench.with(name, {}, async (page) => {
        assert.deepEqual(page.complaints, []);
        assert.equal(page.requests.length, 1, `requests: ${page.requests.join(' ')}`);
        assert.match(page.requests[0], /^file:.*\.html$/);
    });
}

for (const name of Object.keys(documents)) checkQuiet(name);

function checkQuiet(name) {
    check(`${name}: no complaint on the console, no request leaves the page`, (bench) =>
        isQuiet(bench, name),
    );
}

check('the verdict comes first, as a word and a colour, then what to do', (bench) =>
    bench.reading('full', async (page) => {
        const seen = await page.evaluate(() => {
            const ids = [...document.querySelectorAll('main > section')].map((part) => part.id);
            const word = document.querySelector('#verdict h2');
            return {
                ids,
                word: word.textContent,
                colour: getComputedStyle(word).color,
                body: getComputedStyle(document.body).color,
                icon: document.querySelector('#verdict .badge svg') !== null,
                headline: document.querySelector('.headline').textContent,
            };
        });
        assert.deepEqual(seen.ids.slice(0, 3), ['verdict', 'todo', 'figures']);
        assert.equal(seen.word, 'Verdict: Inconclusive');
        assert.notEqual(seen.colour, seen.body);
        assert.ok(seen.icon);
        assert.match(seen.headline, /^1\d\d churners, about two more quarters to a verdict\.$/);
    }),
);

check('parts that the audit lacks are left out and named at the end', (bench) =>
    bench.reading('sparse', async (page) => {
        const seen = await page.evaluate(() => ({
            ids: [...document.querySelectorAll('main > section')].map((part) => part.id),
            absent: document.getElementById('absent').textContent,
            word: document.querySelector('#verdict h2').textContent,
        }));
        for (const id of ['impact', 'comparison', 'drift', 'segments', 'acted-on', 'unused', 'quarters'])
            assert.ok(!seen.ids.includes(id), `${id} is there`);
        for (const words of [
            'Drift',
            'What it is worth',
            'Champion and challenger',
            'Estimate before outcomes are known',
        ])
            assert.ok(seen.absent.includes(words), words);
        assert.equal(seen.word, 'Verdict: Fail');
    }),
);

check('an audit of the least that there can be is shown', async (bench) => {
    const least = {
        format: 'assay-audit/1',
        score_column: 's',
        data: {rows: 1, used: 1, events: 0, dropped: {}},
        line: {score: 50, probability: null},
        verdict: {result: 'inconclusive', reasons: []},
        counts: {tp: 0, fp: 0, fn: 0, tn: 1},
        metrics: {},
        zones: [],
        segments: [],
        quality: {notes: []},
    };
    bench.write('least', least);
    await isQuiet(bench, 'least');
    bench.write('interim', {
        ...least,
        verdict: null,
        interim: {
            n: 40,
            estimated: true,
            expected_events: {value: 3.2, interval: [1, 7]},
            sensitivity: {value: 0.7, interval: [0.4, 0.9]},
            specificity: null,
            ppv: null,
            auc: null,
            conditions: ['the probabilities are calibrated'],
            warnings: ['few accounts'],
            words: 'An estimate.',
        },
    });
    await bench.with('interim', {}, async (page) => {
        const text = await page.evaluate(() => document.querySelector('main > section').textContent);
        assert.ok(text.startsWith('Estimate: outcomes are not known yet'));
        assert.ok(
            text.includes('70.0%') &&
                text.includes('The probabilities are calibrated.') &&
                text.includes('Few accounts.'),
        );
    });
});

check('a first look says that its snapshots were those of the fit', async (bench) => {
    const doc = candidate();
    const titles = () => [...document.querySelectorAll('h2')].map((one) => one.textContent).join('; ');
    await bench.reading('candidate', async (page) =>
        assert.match(await page.evaluate(titles), /On held-out snapshots.*All held-out figures/),
    );
    doc.data.held_out = false;
    doc.model.performance.cross_validated = null;
    doc.model.yardsticks = {equal_weights: null, champion: null, champion_recalibrated: null};
    bench.write('first-look', doc);
    await isQuiet(bench, bench.file('first-look.html'));
    await bench.with(bench.file('first-look.html'), {}, async (page) => {
        assert.match(await page.evaluate(titles), /On the snapshots of the fit.*All figures, of the snapshots/);
        const text = await page.evaluate(() => document.querySelector('main').textContent);
        assert.match(text, /Nothing was held out/);
        assert.doesNotMatch(text, /held-out|had not seen|Cross-validated/);
    });
});

// Made here, as a build without npm would make it, whatever this build has.
check('without charts the page says so and shows every number', async (bench) => {
    const asset = bench.file('without-charts.asset');
    execFileSync('scripts/build-report-assets', [asset], {
        env: {...process.env, ASSAY_CHARTS: 'no'},
        stdio: ['ignore', 'ignore', 'ignore'],
    });
    const json = JSON.stringify(documents.full).replaceAll('<', '\\u003c');
    const page = readFileSync(asset, 'utf8').replace('@assay-json@', () => json);
    bench.keep('without-charts.html', page);
    await isQuiet(bench, bench.file('without-charts.html'));
    await bench.with(bench.file('without-charts.html'), {}, async (open) => {
        const seen = await open.evaluate(() => ({
            note: document.getElementById('without-charts').textContent,
            figures: document.querySelectorAll('figure').length,
            tables: document.querySelectorAll('figure > details[open] table').length,
            charts: document.querySelectorAll('.chart').length,
        }));
        assert.match(seen.note, /built without charts/);
        assert.equal(seen.charts, 0);
        assert.ok(seen.figures >= 14 && seen.tables >= seen.figures);
    });
});

check('a browser that cannot unpack the libraries shows every number', async (bench) => {
    bench.needsCharts();
    const page = await bench.browser.page();
    await page.send('Page.addScriptToEvaluateOnNewDocument', {source: 'delete window.DecompressionStream'});
    await page.open(pathToFileURL(resolve(bench.write('full'))).href);
    const seen = await page.evaluate(() => ({
        note: document.getElementById('without-charts').textContent,
        charts: document.querySelectorAll('.chart').length,
        closed: [...document.querySelectorAll('figure')].filter(
            (one) => !one.querySelector('details[open] table'),
        ).length,
    }));
    await page.close();
    assert.match(seen.note, /could not draw the charts/);
    assert.deepEqual([seen.charts, seen.closed], [0, 0]);
});

check('a page of 1,000 misses and 1,000 false alarms is below 2 MB', (bench) => {
    const doc = full();
    const more = (list) =>
        Array.from({length: 1000}, (_, k) => ({...list[k % list.length], account: `B-${k}`}));
    doc.misses = more(doc.misses);
    doc.false_alarms = more(doc.false_alarms);
    bench.write('large', doc);
    assert.ok(bench.size('large') < 2e6, `${bench.size('large')} bytes`);
});

check('the program itself makes a candidate and an audit that are shown without complaint', async (bench) => {
    const assay = `${bench.build}/assay`;
    if (!existsSync(assay)) throw new Skip(`${assay} is not built`);
    const run = (...args) =>
        execFileSync(assay, [...args, '--data', 'datasets/demo.csv', '--quiet'], {
            stdio: ['ignore', 'ignore', 'pipe'],
        });
    run(
        'calibrate',
        'datasets/demo.spec.json',
        '--until',
        '2026-03-31',
        '--as-of',
        '2026-07-05',
        '-o',
        bench.file('model.json'),
        '--report',
        bench.file('model.html'),
    );
    run(
        'validate',
        bench.file('model.json'),
        '--from',
        '2026-06-30',
        '--until',
        '2026-06-30',
        '--as-of',
        '2026-10-05',
        '-o',
        bench.file('audit.json'),
        '--report',
        bench.file('audit.html'),
    );
    for (const name of ['model.html', 'audit.html']) await isQuiet(bench, bench.file(name));
    await bench.with(bench.file('audit.html'), {width: 1400}, async (page) =>
        bench.keep('audit.png', await page.screenshot()),
    );
});
