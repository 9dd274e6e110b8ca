// Views: light and dark, a phone, paper. Pictures of each are kept to look at.

import assert from 'node:assert/strict';
import {check, documents} from '../bench.mjs';

for (const name of Object.keys(documents))
    for (const [view, look] of Object.entries({
        light: {width: 1400},
        dark: {width: 1400, scheme: 'dark'},
        phone: {width: 360, height: 740, mobile: true},
    }))
        checkView(name, view, look);

function checkView(name, view, look) {
    check(`${name}, ${view}: nothing is wider than the window`, (bench) =>
        bench.with(name, look, async (page) => {
            bench.keep(`${name}-${view}.png`, await page.screenshot());
            const seen = await page.evaluate(() => ({
                page: document.documentElement.scrollWidth,
                window: document.documentElement.clientWidth,
                beyond: [...document.querySelectorAll('main *')]
                    .filter(
                        (one) =>
                            !one.closest('.scroll, svg, .unseen') &&
                            one.getBoundingClientRect().right > document.documentElement.clientWidth + 1,
                    )
                    .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 30)}`),
            }));
            assert.ok(seen.page <= seen.window, `${seen.page} px wide in ${seen.window}`);
            assert.deepEqual(seen.beyond, []);
        }),
    );
}

// The content of A4 less the margins of @page, in CSS pixels.
const paper = Math.floor(((210 - 26) / 25.4) * 96);

for (const name of Object.keys(documents)) checkPaper(name);

function checkPaper(name) {
    check(`${name}: printed to A4, nothing is cut`, (bench) =>
        bench.with(name, {width: paper}, async (page) => {
            const bytes = await page.pdf();
            bench.keep(`${name}.pdf`, bytes);
            assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
            await page.send('Emulation.setEmulatedMedia', {media: 'print'});
            const seen = await page.evaluate(() => {
                window.dispatchEvent(new Event('beforeprint'));
                const visible = (one) => one.getClientRects().length > 0;
                return {
                    beyond: [...document.querySelectorAll('main *')]
                        .filter(
                            (one) =>
                                visible(one) &&
                                !one.closest('svg, .unseen') &&
                                one.getBoundingClientRect().right > document.documentElement.clientWidth + 1,
                        )
                        .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 30)}`),
                    scrolling: [...document.querySelectorAll('main .scroll')]
                        .filter((one) => visible(one) && one.scrollWidth > one.clientWidth + 1)
                        .map((one) => one.getAttribute('aria-label')),
                    cut: [...document.querySelectorAll('.chart')]
                        .filter(
                            (one) =>
                                visible(one) &&
                                one.querySelector('svg').getBoundingClientRect().height >
                                    one.getBoundingClientRect().height + 1,
                        )
                        .map((one) => one.dataset.chart),
                    controls: [...document.querySelectorAll('.contents, .filter, .quiet, .skip')].filter(
                        visible,
                    ).length,
                    background: getComputedStyle(document.body).backgroundColor,
                };
            });
            assert.deepEqual(seen, {
                beyond: [],
                scrolling: [],
                cut: [],
                controls: 0,
                background: 'rgb(255, 255, 255)',
            });
        }),
    );
}

check('dark and light charts take their colours from the scheme without being drawn again', (bench) => {
    bench.needsCharts();
    return bench.with('full', {scheme: 'light'}, async (page) => {
        const colour = () =>
            page.evaluate(
                () =>
                    getComputedStyle(document.querySelector('[data-chart="roc"] g.curve_marks path')).stroke,
            );
        const light = await colour();
        await page.look({scheme: 'dark'});
        const dark = await colour();
        assert.match(light, /^rgb/);
        assert.notEqual(light, dark);
    });
});

check('charts follow the width of the window', (bench) => {
    bench.needsCharts();
    return bench.with('full', {width: 1400}, async (page) => {
        const width = () =>
            page.evaluate(async () => {
                await new Promise((done) => setTimeout(done, 300));
                const host = document.querySelector('[data-chart="roc"]');
                return [host.clientWidth, host.querySelector('svg').getBoundingClientRect().width];
            });
        await page.look({width: 500});
        const [host, chart] = await width();
        assert.ok(host < 480 && Math.abs(host - chart) < 8, `chart of ${chart} px in ${host}`);
    });
});
