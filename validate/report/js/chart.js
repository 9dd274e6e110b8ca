// chart.js - figures: a title, how to read it, the chart, and its numbers as a table. Charts are
// Vega-Lite specs (validate/report/charts) that name their data; here the data are put in.

const readJson = (id) => JSON.parse(document.getElementById(id).textContent);
const canDraw = document.documentElement.dataset.charts === 'yes';
const specs = readJson('charts');
const chartConfig = readJson('chart-config');
const waitingCharts = [];

// name: of the spec. sets: {data name: rows}, the first one's being what a step in height is for. options:
// params {name: value}, axes {channel: what its axis says otherwise}, label for those who do not see it.
function chart(name, sets, options = {}) {
    if (!canDraw) return null;
    const spec = structuredClone(specs[name]);
    spec.datasets = sets;
    for (const param of spec.params || [])
        if (options.params && param.name in options.params) param.value = options.params[param.name];
    for (const [channel, axis] of Object.entries(options.axes || {}))
        Object.assign((spec.encoding[channel] || spec.layer[0].encoding[channel]).axis, axis);
    if (spec.height.step) spec.height = spec.height.step * Object.values(sets)[0].length;
    // A layer without data has nothing to draw, and no scale to draw it on.
    spec.layer = spec.layer.filter(
        (layer) => !layer.data || !layer.data.name || sets[layer.data.name].length > 0,
    );
    const host = el('div', {
        class: 'chart',
        role: 'img',
        'aria-label': options.label || '',
        'data-chart': name,
    });
    waitingCharts.push({host, spec});
    return host;
}

// title, note: sentences. charts: what chart() made, or several. columns, rows: the same numbers.
function figure({title, note, legend, charts, columns, rows, wide, extra}) {
    const drawn = [charts].flat().filter(Boolean);
    const numbers = table(columns, rows, {caption: `${title}: the numbers`, plain: rows.length < 3});
    if (!numbers) return null;
    return el(
        'figure',
        {class: `card figure${wide ? ' wide' : ''}`},
        el(
            'figcaption',
            {},
            el('h3', {}, title),
            note ? el('p', {class: 'note'}, note) : null,
            legend
                ? el(
                      'p',
                      {class: 'key'},
                      legend.map(([kind, words]) => el('span', {class: `key-item ${kind}`}, words)),
                  )
                : null,
        ),
        drawn,
        extra || null,
        el('details', {open: drawn.length === 0}, el('summary', {}, 'Numbers as a table'), numbers),
    );
}

// ---- drawing ----

const tooltip = el('div', {class: 'tooltip', role: 'tooltip', hidden: true});

// Called by Vega with what a mark's tooltip says: an object of titles and values, or nothing.
function showTooltip(handler, event, item, value) {
    tooltip.hidden = value === null || value === undefined || value === '';
    if (tooltip.hidden) return;
    const rows = typeof value === 'object' ? Object.entries(value) : [['', String(value)]];
    tooltip.replaceChildren(
        ...rows.map(([name, text]) => el('div', {}, el('span', {}, name), el('b', {}, String(text)))),
    );
    const box = tooltip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, window.innerWidth - box.width - 8);
    const top =
        event.clientY + 18 + box.height > window.innerHeight
            ? event.clientY - box.height - 12
            : event.clientY + 18;
    tooltip.style.left = `${Math.max(8, left)}px`;
    tooltip.style.top = `${top}px`;
}

// The libraries are packed. The page's policy knows the text that comes out by its hash, and lets no other run.
async function unpackLibraries() {
    const text = atob(document.getElementById('libraries').textContent.trim());
    const packed = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    document.head.append(el('script', {}, await new Response(unpacked).text()));
}

async function drawCharts() {
    document.body.append(tooltip);
    await unpackLibraries();
    for (const {host, spec} of waitingCharts) {
        const drawn = await vegaEmbed(host, spec, {
            mode: 'vega-lite',
            ast: true,
            renderer: 'svg',
            actions: false,
            defaultStyle: false,
            hover: false,
            tooltip: showTooltip,
            config: chartConfig,
        });
        host.view = drawn.view;
    }
}

// On paper there are two columns of fixed width, whatever the window had.
function fitCharts() {
    for (const {host} of waitingCharts)
        if (host.view && host.clientWidth > 0) host.view.width(host.clientWidth).run();
}

window.addEventListener('beforeprint', () => {
    document.documentElement.classList.add('printing');
    fitCharts();
});
window.addEventListener('afterprint', () => {
    document.documentElement.classList.remove('printing');
    fitCharts();
});
