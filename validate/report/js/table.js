// table.js - tables that sort and filter. Rows may be many: elements are made once, and only as many are
// in the page as the reader asked for.

const shownAtFirst = 20;

// columns: [{title, value: row => what is sorted by, show: row => text or element, number: true, help}]
// options: caption (read aloud, and shown when visible: true), sort: [column, 'ascending' | 'descending'],
//          filter: words of the filter's label, plain: no sorting at all, all: every row from the start
function table(columns, rows, options) {
    if (!rows || rows.length === 0) return null;
    const state = {
        rows: rows.map((row) => ({row, tr: null})),
        query: '',
        all: options.all === true,
        column: null,
        direction: null,
    };
    const body = el('tbody');
    const status = el('p', {class: 'table-status', role: 'status'});
    const more = el('button', {type: 'button', class: 'quiet'});
    const heads = columns.map((column, at) => headCell(column, options.plain ? null : () => sortBy(at)));
    const caption = el('caption', {class: options.visible ? null : 'unseen'}, options.caption);
    const scroll = el(
        'div',
        {class: 'scroll', role: 'region', tabindex: '0', 'aria-label': options.caption},
        el('table', {}, caption, el('thead', {}, el('tr', {}, heads)), body),
    );

    function draw() {
        const found = state.rows.filter((entry) => matches(entry, columns, state.query));
        const shown = state.all ? found : found.slice(0, shownAtFirst);
        body.replaceChildren(...shown.map((entry) => entry.tr || (entry.tr = rowOf(columns, entry.row))));
        status.textContent = statusWords(shown.length, found.length, state.rows.length);
        more.textContent = state.all ? `Show the first ${shownAtFirst}` : `Show all ${count(found.length)}`;
        more.hidden = options.all === true || found.length <= shownAtFirst;
    }

    function sortBy(at, direction) {
        const next =
            direction || (state.column === at ? opposite(state.direction) : firstDirection(columns[at]));
        state.column = at;
        state.direction = next;
        state.rows.sort((a, b) => compare(columns[at].value(a.row), columns[at].value(b.row), next));
        heads.forEach((head, k) => head.setAttribute('aria-sort', k === at ? next : 'none'));
        draw();
    }

    more.addEventListener('click', () => {
        state.all = !state.all;
        draw();
    });
    const filter =
        options.filter && rows.length > 12
            ? filterField(options.filter, (query) => {
                  state.query = query;
                  draw();
              })
            : null;
    if (options.sort) sortBy(...options.sort);
    else draw();
    const long = rows.length > shownAtFirst || filter;
    return el(
        'div',
        {class: 'table'},
        filter,
        scroll,
        long ? el('div', {class: 'below'}, status, more) : null,
    );
}

const opposite = (direction) => (direction === 'ascending' ? 'descending' : 'ascending');
// Numbers are asked for from the largest, names from A.
const firstDirection = (column) => (column.number ? 'descending' : 'ascending');

// What is not there comes last whichever way.
function compare(a, b, direction) {
    const noA = a === null || a === undefined || a === '' || Number.isNaN(a);
    const noB = b === null || b === undefined || b === '' || Number.isNaN(b);
    if (noA || noB) return noA - noB;
    const order =
        typeof a === 'number' && typeof b === 'number'
            ? a - b
            : String(a) < String(b)
              ? -1
              : String(a) > String(b)
                ? 1
                : 0;
    return direction === 'ascending' ? order : -order;
}

function headCell(column, sort) {
    const attributes = {scope: 'col', class: column.number ? 'number' : null, title: column.help};
    if (!sort) return el('th', attributes, column.title);
    const button = el(
        'button',
        {type: 'button', class: 'sort'},
        column.title,
        svg(
            'svg',
            {viewBox: '0 0 10 12', class: 'arrows', 'aria-hidden': 'true'},
            svg('path', {class: 'up', d: 'M5 1L8.5 5h-7z'}),
            svg('path', {class: 'down', d: 'M5 11L1.5 7h7z'}),
        ),
    );
    button.addEventListener('click', sort);
    return el('th', {...attributes, 'aria-sort': 'none'}, button);
}

function rowOf(columns, row) {
    return el(
        'tr',
        {},
        columns.map((column, at) => {
            const shown = column.show ? column.show(row) : column.value(row);
            const content =
                shown === null || shown === undefined || shown === ''
                    ? dash
                    : typeof shown === 'number'
                      ? count(shown)
                      : shown;
            const attributes = {
                class: column.number ? 'number' : column.wide ? 'wide' : column.narrow ? 'narrow' : null,
            };
            // Names of accounts and segments may run either way: they do not turn what stands beside them.
            return at === 0
                ? el('th', {...attributes, scope: 'row'}, el('bdi', {}, content))
                : el('td', attributes, column.number ? content : el('bdi', {}, content));
        }),
    );
}

function matches(entry, columns, query) {
    if (query === '') return true;
    if (entry.text === undefined)
        entry.text = (entry.tr || (entry.tr = rowOf(columns, entry.row))).textContent.toLowerCase();
    return entry.text.includes(query);
}

function statusWords(shown, found, all) {
    const of = found === all ? count(all) : `${count(found)} that match, of ${count(all)}`;
    return shown === found ? `${of} shown` : `${count(shown)} of ${of} shown`;
}

let filters = 0;
function filterField(words, changed) {
    filters += 1;
    const id = `filter-${filters}`;
    const input = el('input', {id, type: 'search', autocomplete: 'off', spellcheck: 'false'});
    input.addEventListener('input', () => changed(input.value.trim().toLowerCase()));
    return el('div', {class: 'filter'}, el('label', {for: id}, words), input);
}
