// Safety: what comes from data is text, and nothing else, wherever it stands.

import assert from 'node:assert/strict';
import {check} from '../bench.mjs';
import {hostileNames} from '../fixtures.mjs';

check('hostile names are inert, and shown as they are', (bench) =>
    bench.with('hostile', {}, async (page) => {
        const seen = await page.evaluate((names) => {
            const text = document.body.textContent;
            return {
                hit: window.hit,
                images: document.images.length,
                scripts: document.scripts.length,
                polluted: {}.polluted !== undefined || Object.keys(Object.prototype).length,
                addresses: [...document.querySelectorAll('[href], [src], [xlink\\:href]')]
                    .map((one) => one.getAttribute('href') ?? one.getAttribute('src'))
                    .filter((to) => to !== 'data:,' && !to.startsWith('#')),
                handlers: [...document.querySelectorAll('*')]
                    .flatMap((one) => one.getAttributeNames())
                    .filter((name) => name.startsWith('on')),
                foreign: document.querySelectorAll(
                    'main iframe, main object, main embed, main img, main script, main style, main link, main foreignObject',
                ).length,
                missing: names.filter((name) => !text.includes(name)),
            };
        }, hostileNames);
        assert.deepEqual(seen, {
            images: 0,
            scripts: bench.hasCharts ? 7 : 6,
            polluted: 0,
            addresses: [],
            handlers: [],
            foreign: 0,
            missing: [],
        });
        assert.deepEqual(page.complaints, []);
        assert.equal(page.requests.length, 1);
    }),
);

check('a name that runs the other way does not turn its neighbours', (bench) =>
    bench.reading('hostile', async (page) => {
        const naked = await page.evaluate(
            () =>
                [...document.querySelectorAll('tbody th, tbody td')].filter(
                    (cell) => cell.textContent.includes('\u202E') && !cell.querySelector('bdi'),
                ).length,
        );
        assert.equal(naked, 0);
    }),
);

check('hovering a mark tells its numbers as text', (bench) => {
    bench.needsCharts();
    return bench.with('hostile', {}, async (page) => {
        const at = await page.evaluate(() => {
            const mark = document.querySelector('[data-chart="weights"] g.weights_marks path');
            mark.scrollIntoView({block: 'center'});
            const box = mark.getBoundingClientRect();
            return {x: box.x + box.width / 2, y: box.y + box.height / 2};
        });
        await page.send('Input.dispatchMouseEvent', {type: 'mouseMoved', ...at});
        await new Promise((done) => setTimeout(done, 200));
        const tip = await page.evaluate(() => ({
            shown: !document.querySelector('.tooltip').hidden,
            text: document.querySelector('.tooltip').textContent,
            elements: [...document.querySelectorAll('.tooltip *')].map((one) => one.tagName),
        }));
        assert.ok(tip.shown);
        assert.ok(tip.text.includes(hostileNames[0]), tip.text);
        assert.deepEqual([...new Set(tip.elements)].sort(), ['B', 'DIV', 'SPAN']);
    });
});

check('the policy stops any other script, style, picture and request', (bench) =>
    bench.with('sparse', {}, async (page) => {
        const seen = await page.evaluate(async () => {
            const stopped = new Set();
            document.addEventListener('securitypolicyviolation', (event) =>
                stopped.add(event.effectiveDirective),
            );
            const add = (tag, attributes, text) => {
                const one = document.createElement(tag);
                Object.entries(attributes).forEach(([name, value]) => one.setAttribute(name, value));
                one.textContent = text;
                document.body.append(one);
            };
            add('script', {}, 'window.hit = 8');
            add('style', {}, 'body { outline: 9px solid red }');
            add('img', {src: 'https://example.invalid/a.png'}, '');
            add('iframe', {src: 'https://example.invalid/'}, '');
            add('p', {onclick: 'window.hit = 9'}, 'x');
            document.querySelector('p:last-of-type').click();
            [...document.querySelectorAll('p')].at(-1).click();
            let evaluated = true;
            try {
                new Function('window.hit = 10')();
            } catch {
                evaluated = false;
            }
            const fetched = await fetch('https://example.invalid/').then(
                () => true,
                () => false,
            );
            await new Promise((done) => setTimeout(done, 100));
            return {
                hit: window.hit,
                outline: getComputedStyle(document.body).outlineWidth,
                evaluated,
                fetched,
                stopped: [...stopped].sort(),
            };
        });
        assert.equal(seen.hit, undefined);
        assert.ok(!seen.evaluated && !seen.fetched);
        assert.notEqual(seen.outline, '9px');
        for (const directive of [
            'connect-src',
            'frame-src',
            'img-src',
            'script-src-elem',
            'style-src-elem',
            'script-src-attr',
        ])
            assert.ok(seen.stopped.includes(directive), `${directive} of ${seen.stopped}`);
    }),
);
