// page.js - reads the document that is in the page, builds its sections, lists them, draws the charts.

function setHead(head) {
    document.getElementById('kind').textContent = head.kind;
    document.getElementById('title').textContent = head.title;
    document.getElementById('subtitle').textContent = head.subtitle;
    document.title = head.window;
}

// Contents: one entry a section; the one being read is marked.
function listContents(sections) {
    const links = new Map(sections.map((part) => [part, el('a', {href: `#${part.id}`}, part.dataset.title)]));
    document.getElementById('contents').append(
        el('p', {class: 'contents-title'}, 'On this page'),
        el(
            'ol',
            {},
            [...links.values()].map((link) => el('li', {}, link)),
        ),
    );
    const seen = new Set();
    const observer = new IntersectionObserver(
        (entries) => {
            for (const entry of entries) seen[entry.isIntersecting ? 'add' : 'delete'](entry.target);
            const current = sections.find((part) => seen.has(part));
            for (const [part, link] of links)
                if (part === current) link.setAttribute('aria-current', 'true');
                else link.removeAttribute('aria-current');
        },
        {rootMargin: '-10% 0px -60% 0px'},
    );
    sections.forEach((part) => observer.observe(part));
}

function withoutCharts(why) {
    return el(
        'p',
        {class: 'banner', id: 'without-charts'},
        icon('warn'),
        el('span', {}, `${why} Every chart’s numbers are here as a table.`),
    );
}

// Whether accounts come up more than once.
const isSnapshots = (data) => Boolean(data) && isNumber(data.accounts) && data.accounts !== data.used;

// A part that cannot be shown is told, and takes none of the others with it.
function attempt(make, doc) {
    try {
        return make(doc);
    } catch (error) {
        console.error(error);
        return el(
            'section',
            {class: 'empty', id: make.name, 'data-title': 'Not shown'},
            'A part of this page could not be shown; its numbers are in the JSON file.',
        );
    }
}

function build(doc) {
    const candidate = doc.format === 'assay-candidate/1';
    const shown = candidate ? withLine(doc) : doc;
    nameThings(candidate || isSnapshots(doc.data) ? 'snapshot' : 'account');
    setHead(candidate ? candidateHead(shown) : auditHead(shown));
    const sections = (candidate ? candidateSections : auditSections)
        .map((make) => attempt(make, shown))
        .filter(Boolean);
    document.getElementById('main').append(...sections);
    listContents(sections);
    document
        .getElementById('foot')
        .append(
            el(
                'p',
                {},
                `Made by assay${doc.created ? ` on ${doc.created}` : ''}. This page fetches nothing and sends nothing. Intervals are at 95%.`,
            ),
            ...[noticesNode()].filter(Boolean),
        );
}

// A browser that cannot draw (it may be old) shows the tables in place of the charts.
async function draw() {
    const main = document.getElementById('main');
    if (!canDraw) main.prepend(withoutCharts('This page was built without charts.'));
    try {
        if (canDraw) await drawCharts();
    } catch (error) {
        console.error(error);
        main.prepend(withoutCharts('This browser could not draw the charts.'));
        document.querySelectorAll('.chart').forEach((host) => host.remove());
        document.querySelectorAll('figure > details:last-child').forEach((details) => {
            details.open = true;
        });
    }
    document.documentElement.dataset.ready = 'yes';
}

build(readJson('document'));
draw();
