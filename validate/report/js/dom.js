// dom.js - making elements. What comes from the document is only ever put in as text: there is no
// innerHTML, no attribute that can hold a script, and no address made of data.

// el('p', {class: 'lede'}, 'text', otherElement, null): null and false are left out, arrays are spread.
function el(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {}))
        if (value !== null && value !== undefined && value !== false)
            element.setAttribute(name, value === true ? '' : value);
    element.append(
        ...children
            .flat(Infinity)
            .filter((child) => child !== null && child !== undefined && child !== false),
    );
    return element;
}

function svg(tag, attributes, ...children) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
}

// A part of the page, which the contents list by its title. Children that are null are left out; with
// none there is no section (null).
function section(id, title, lead, ...children) {
    const present = children
        .flat(Infinity)
        .filter((child) => child !== null && child !== undefined && child !== false);
    if (present.length === 0) return null;
    const heading = el('h2', {id: `${id}-title`}, title);
    return el(
        'section',
        {id, 'aria-labelledby': `${id}-title`, 'data-title': title},
        heading,
        lead ? el('p', {class: 'lead'}, lead) : null,
        present,
    );
}

function card(title, ...children) {
    return el('div', {class: 'card'}, title ? el('h3', {}, title) : null, children);
}

// Two columns where there is room; null where there is nothing to show.
function gridOf(children) {
    const present = children.filter(Boolean);
    return present.length > 0 ? el('div', {class: 'grid'}, present) : null;
}

function paragraphs(sentences) {
    return (sentences || []).map((text) => el('p', {class: 'note'}, sentence(text)));
}

function list(sentences, tag) {
    if (!sentences || sentences.length === 0) return null;
    return el(
        tag || 'ul',
        {},
        sentences.map((text) => el('li', {}, sentence(text))),
    );
}

// "Terms": each [name, value or element, note]; rows whose value is null are left out.
function facts(rows) {
    const present = rows.filter((row) => row[1] !== null && row[1] !== undefined && row[1] !== '');
    if (present.length === 0) return null;
    return el(
        'dl',
        {class: 'facts'},
        present.map(([name, value, note]) =>
            el(
                'div',
                {},
                el('dt', {}, name),
                el('dd', {}, value, note ? el('span', {class: 'note'}, ` ${note}`) : null),
            ),
        ),
    );
}

// A word in a pill: its colour says what the word says.
const pillKinds = {
    pass: 'good',
    met: 'good',
    promote: 'good',
    holds: 'good',
    fail: 'bad',
    missed: 'bad',
    'does not hold': 'bad',
    drifted: 'bad',
    'raises an alarm': 'bad',
};

function pill(word) {
    const kind = pillKinds[word] || 'open';
    return el('span', {class: `pill ${kind}`}, icon(kind), word);
}

// Icons are drawn beside a word that says the same.
const iconPaths = {
    good: 'M4 10.5l4 4 8-9',
    bad: 'M5 5l10 10M15 5L5 15',
    open: 'M4 10h12M4 6h12M4 14h7',
    warn: 'M10 4v8M10 15.5v.5',
};

function icon(kind) {
    return svg(
        'svg',
        {viewBox: '0 0 20 20', class: 'icon', 'aria-hidden': 'true', focusable: 'false'},
        svg('path', {d: iconPaths[kind]}),
    );
}
