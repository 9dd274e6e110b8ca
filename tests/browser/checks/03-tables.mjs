// Tables: they sort and filter, by mouse and by keyboard, also long ones.

import assert from 'node:assert/strict';
import {check, documents} from '../bench.mjs';
import {full} from '../fixtures.mjs';

const column = (page, section, index) =>
    page.evaluate(
        (id, at) =>
            [...document.querySelectorAll(`#${id} .table:last-child tbody`)].at(-1) &&
            [...[...document.querySelectorAll(`#${id} table`)].at(-1).tBodies[0].rows].map(
                (row) => row.cells[at].textContent,
            ),
        section,
        index,
    );
const click = (page, section, title) =>
    page.evaluate(
        (id, words) =>
            [...[...document.querySelectorAll(`#${id} table`)].at(-1).querySelectorAll('th button')]
                .find((button) => button.textContent === words)
                .click(),
        section,
        title,
    );
const sorted = (page, section) =>
    page.evaluate(
        (id) =>
            [...[...document.querySelectorAll(`#${id} table`)].at(-1).querySelectorAll('thead th')]
                .map((head) => [head.textContent, head.getAttribute('aria-sort')])
                .filter(([, sort]) => sort !== 'none'),
        section,
    );
const number = (text) => Number(text.replaceAll(',', ''));

check('lists of accounts come by value and sort by any column', (bench) =>
    bench.with('full', {}, async (page) => {
        const values = documents.full.false_alarms.map((row) => row.value);
        assert.deepEqual((await column(page, 'false-alarms', 4)).map(number), values.slice(0, 20));
        await click(page, 'false-alarms', 'Value');
        assert.deepEqual(await sorted(page, 'false-alarms'), [['Value', 'descending']]);
        await click(page, 'false-alarms', 'Value');
        assert.deepEqual(await sorted(page, 'false-alarms'), [['Value', 'ascending']]);
        assert.deepEqual(
            (await column(page, 'false-alarms', 4)).map(number),
            values
                .slice()
                .sort((a, b) => a - b)
                .slice(0, 20),
        );
        await click(page, 'false-alarms', 'Account');
        assert.deepEqual(
            (await column(page, 'false-alarms', 0)).map((text) => text.slice(0, 7)),
            documents.full.false_alarms
                .map((row) => row.account)
                .sort()
                .slice(0, 20),
        );
    }),
);

check('a table sorts by keyboard, and the focus stays', (bench) =>
    bench.with('full', {}, async (page) => {
        await page.evaluate(() =>
            [...document.querySelectorAll('#misses table')].at(-1).querySelector('th button').focus(),
        );
        await page.key('Enter', 'Enter', '\r');
        assert.deepEqual(await sorted(page, 'misses'), [['Account', 'ascending']]);
        await page.key(' ', 'Space', ' ');
        assert.deepEqual(await sorted(page, 'misses'), [['Account', 'descending']]);
        assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Account');
    }),
);

check('what is missing comes last in either direction', async (bench) => {
    const doc = full();
    doc.misses = doc.misses.slice(0, 3).map((row, k) => ({...row, value: [null, 5, 7][k]}));
    bench.write('gaps', doc);
    await bench.with('gaps', {}, async (page) => {
        await click(page, 'misses', 'Value');
        assert.deepEqual(await column(page, 'misses', 4), ['7', '5', '–']);
        await click(page, 'misses', 'Value');
        assert.deepEqual(await column(page, 'misses', 4), ['5', '7', '–']);
    });
});

check('a filter leaves the rows that hold its text, and says how many', (bench) =>
    bench.with('full', {}, async (page) => {
        const owner = 'Chen Wei';
        const count = documents.full.false_alarms.filter((row) => row.owner === owner).length;
        const seen = await page.evaluate((text) => {
            const section = document.getElementById('false-alarms');
            const input = [...section.querySelectorAll('input')].at(-1);
            input.value = text;
            input.dispatchEvent(new Event('input', {bubbles: true}));
            const rows = [...[...section.querySelectorAll('table')].at(-1).tBodies[0].rows].map(
                (row) => row.textContent,
            );
            return {
                rows,
                status: [...section.querySelectorAll('[role="status"]')].at(-1).textContent,
                label: input.labels[0].textContent,
            };
        }, 'chen wei');
        assert.equal(seen.rows.length, Math.min(count, 20));
        assert.ok(seen.rows.every((text) => text.includes(owner)));
        assert.ok(seen.status.includes(`${count} that match`), seen.status);
        assert.equal(seen.label, 'Find among the false alarms');
    }),
);

check('a list of 1,000 shows 20, then all, and sorts at once', async (bench) => {
    const doc = full();
    doc.false_alarms = Array.from({length: 1000}, (_, k) => ({
        ...doc.false_alarms[k % doc.false_alarms.length],
        account: `B-${String(k).padStart(4, '0')}`,
        value: (k * 7919) % 1000,
    }));
    bench.write('long', doc);
    await bench.with('long', {}, async (page) => {
        const seen = await page.evaluate(() => {
            const section = document.getElementById('false-alarms');
            const table = [...section.querySelectorAll('table')].at(-1);
            const before = table.tBodies[0].rows.length;
            const more = [...section.querySelectorAll('button.quiet')].at(-1);
            const words = more.textContent;
            more.click();
            const after = table.tBodies[0].rows.length;
            const button = [...table.querySelectorAll('th button')].find(
                (one) => one.textContent === 'Value',
            );
            const start = performance.now();
            button.click();
            const took = performance.now() - start;
            return {
                before,
                after,
                words,
                took,
                values: [...table.tBodies[0].rows].map((row) => Number(row.cells[4].textContent)),
            };
        });
        assert.equal(seen.before, 20);
        assert.equal(seen.words, 'Show all 1,000');
        assert.equal(seen.after, 1000);
        assert.deepEqual(
            seen.values,
            Array.from({length: 1000}, (_, k) => 999 - k),
        );
        assert.ok(seen.took < 500, `${seen.took} ms`); // 20 ms on an idle machine
    });
});
