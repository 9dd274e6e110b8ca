// Access: structure, names, focus and contrast, for those who read by screen reader or keyboard.

import assert from 'node:assert/strict';
import {check, documents} from '../bench.mjs';

for (const name of Object.keys(documents)) checkStructure(name);

function checkStructure(name) {
    check(`${name}: language, title, landmarks, headings in order, everything named`, (bench) =>
        bench.reading(name, async (page) => {
            const seen = await page.evaluate(() => {
                const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map((one) =>
                    Number(one.tagName[1]),
                );
                const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
                const named = (one) =>
                    (
                        one.getAttribute('aria-label') ||
                        one
                            .getAttribute('aria-labelledby')
                            ?.split(' ')
                            .map((id) => document.getElementById(id)?.textContent)
                            .join(' ') ||
                        one.labels?.[0]?.textContent ||
                        one.textContent ||
                        ''
                    ).trim() !== '';
                return {
                    lang: document.documentElement.lang,
                    title: document.title !== '',
                    ones: levels.filter((level) => level === 1).length,
                    jumps: levels.filter((level, k) => k > 0 && level > levels[k - 1] + 1).length,
                    landmarks: ['header', 'nav', 'main', 'footer'].map(
                        (tag) => document.querySelectorAll(tag).length,
                    ),
                    twice: ids.filter((id, k) => ids.indexOf(id) !== k),
                    unnamed: [
                        ...document.querySelectorAll(
                            'button, a, input, summary, section, nav, figure, [role="img"], [role="region"]',
                        ),
                    ]
                        .filter((one) => !named(one))
                        .map((one) => one.outerHTML.slice(0, 80)),
                    tables: [...document.querySelectorAll('table')].filter(
                        (one) =>
                            !one.caption ||
                            one.caption.textContent.trim() === '' ||
                            [...one.querySelectorAll('thead th')].some((head) => head.scope !== 'col'),
                    ).length,
                    broken: [...document.querySelectorAll('a[href^="#"]')].filter(
                        (one) => !document.getElementById(one.getAttribute('href').slice(1)),
                    ).length,
                };
            });
            assert.deepEqual(seen, {
                lang: 'en',
                title: true,
                ones: 1,
                jumps: 0,
                landmarks: [1, 1, 1, 1],
                twice: [],
                unnamed: [],
                tables: 0,
                broken: 0,
            });
        }),
    );
}

check('the first Tab is a link past the head, and every stop shows its focus', (bench) =>
    bench.with('full', {}, async (page) => {
        await page.key('Tab');
        const first = await page.evaluate(() => ({
            text: document.activeElement.textContent,
            left: document.activeElement.getBoundingClientRect().left,
        }));
        assert.equal(first.text, 'Skip to the verdict');
        assert.ok(first.left >= 0);
        await page.key('Enter', 'Enter', '\r');
        assert.equal(await page.evaluate(() => location.hash), '#main');
        const blind = [];
        for (let k = 0; k < 40; k++) {
            await page.key('Tab');
            blind.push(
                ...(await page.evaluate(() => {
                    const one = document.activeElement;
                    return one === document.body || parseFloat(getComputedStyle(one).outlineWidth) >= 2
                        ? []
                        : [one.outerHTML.slice(0, 80)];
                })),
            );
        }
        assert.deepEqual(blind, []);
    }),
);

// In the page: text whose contrast (WCAG 2.2, 1.4.3) with what it stands on is below 4.5.
function faint() {
    const parse = (colour) => {
        const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
        return {r, g, b, a};
    };
    const over = (top, under) => ({
        r: top.r * top.a + under.r * (1 - top.a),
        g: top.g * top.a + under.g * (1 - top.a),
        b: top.b * top.a + under.b * (1 - top.a),
        a: 1,
    });
    const light = ({r, g, b}) =>
        [r, g, b]
            .map((x) => x / 255)
            .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4))
            .reduce((sum, x, k) => sum + x * [0.2126, 0.7152, 0.0722][k], 0);
    const ground = (one) => {
        const layers = [];
        for (let at = one; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            layers.push(colour);
            if (colour.a === 1) break;
        }
        return layers.reduceRight((under, top) => over(top, under), {r: 255, g: 255, b: 255, a: 1});
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = new Map();
    let seen = 0;
    while (walker.nextNode()) {
        const one = walker.currentNode.parentElement;
        if (
            walker.currentNode.data.trim() === '' ||
            one.getClientRects().length === 0 ||
            one.closest('.unseen, script, style, noscript, .skip')
        )
            continue;
        const inChart = one.closest('svg');
        const style = getComputedStyle(one);
        const under = ground(inChart ? inChart.parentElement : one);
        const text = over(parse(inChart ? style.fill : style.color), under);
        const [high, low] = [light(text), light(under)].sort((a, b) => b - a);
        const contrast = (high + 0.05) / (low + 0.05);
        seen += 1;
        if (contrast < 4.5)
            found.set(
                `${one.tagName} ${one.getAttribute('class')}`,
                `${contrast.toFixed(2)} ${walker.currentNode.data.slice(0, 20)}`,
            );
    }
    return {seen, found: [...found].map(([where, what]) => `${where}: ${what}`)};
}

for (const scheme of ['light', 'dark']) checkContrast(scheme);

function checkContrast(scheme) {
    check(`${scheme}: text has a contrast of 4.5 or more, in charts too`, async (bench) => {
        for (const name of Object.keys(documents))
            await bench.with(name, {scheme}, async (page) => {
                await page.evaluate(() =>
                    document.querySelectorAll('details').forEach((one) => {
                        one.open = true;
                    }),
                );
                const {seen, found} = await page.evaluate(faint);
                assert.ok(seen > 200, `${seen} texts`);
                assert.deepEqual(found, [], name);
            });
    });
}

check('no movement where the reader asked for none', (bench) =>
    bench.reading('full', async (page) => {
        const moving = await page.evaluate(
            () =>
                [...document.querySelectorAll('*')].filter((one) => {
                    const style = getComputedStyle(one);
                    return (
                        style.animationName !== 'none' ||
                        style.transitionDuration !== '0s' ||
                        style.scrollBehavior === 'smooth'
                    );
                }).length,
        );
        assert.equal(moving, 0);
    }),
);
