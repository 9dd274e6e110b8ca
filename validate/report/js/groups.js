// groups.js - where the score works less well: segments, and slices that nobody thought of.

const segmentMetrics = [
    'sensitivity',
    'specificity',
    'ppv',
    'npv',
    'flagged_share',
    'prevalence',
    'auc',
    'brier',
    'oe_ratio',
    'calibration_intercept',
    'calibration_slope',
];

const segmentName = (row) => row.value || 'no value';
// More rows than a chart can hold are in the table alone.
const mostDrawn = 40;

function segmentsSection(audit) {
    const rows = audit.segments || [];
    const gaps = audit.segment_gaps || [];
    if (rows.length === 0 && gaps.length === 0) return null;
    const columns = [
        {
            title: 'Segment',
            value: (row) => segmentName(row),
            show: (row) =>
                el(
                    'span',
                    {},
                    el('bdi', {}, segmentName(row)),
                    row.small ? el('span', {class: 'chip'}, 'few churners') : null,
                ),
        },
        {title: 'Of', value: (row) => row.column},
        {title: capital(things()), value: (row) => row.n, number: true},
        {title: 'Churners', value: (row) => row.events, number: true},
        ...segmentMetrics
            .filter((name) => rows.some((row) => row[name] && isNumber(row[name].value)))
            .map((name) => ({
                title: metricLabel(name),
                value: (row) => row[name] && row[name].value,
                show: (row) => estimateCell(row[name], metricShow(name)),
                number: true,
            })),
    ];
    return section(
        'segments',
        'Segments',
        'Does the score work as well for everybody? Gaps are named only where chance is an unlikely explanation, with false findings held down across all comparisons. Small segments are drawn towards the average and marked.',
        gapsCard(gaps),
        el(
            'div',
            {class: 'grid'},
            ['sensitivity', 'specificity'].map((name) => forest(audit, rows, name)),
        ),
        rows.length > 0
            ? el(
                  'div',
                  {class: 'card'},
                  el('h3', {}, 'Every segment'),
                  table(columns, rows, {caption: 'Metrics by segment', filter: 'Find a segment'}),
              )
            : null,
    );
}

function gapsCard(gaps) {
    if (gaps.length === 0) return null;
    const found = gaps.filter((gap) => gap.found);
    return card(
        found.length > 0
            ? `${plural(found.length, 'gap')} that chance does not explain`
            : 'No gap beyond chance',
        list(found.map((gap) => gap.words)),
        el(
            'details',
            {},
            el('summary', {}, 'All comparisons'),
            table(
                [
                    {title: 'Segment', value: (row) => segmentName(row)},
                    {title: 'Of', value: (row) => row.column},
                    {title: 'Metric', value: (row) => metricLabel(row.metric)},
                    {
                        title: 'Less the rest',
                        value: (row) => row.gap && row.gap.value,
                        show: (row) => estimateCell(row.gap, differenceShow(row.metric)),
                        number: true,
                    },
                    {
                        title: 'p',
                        value: (row) => row.p_value,
                        show: (row) => pValue(row.p_value),
                        number: true,
                    },
                    {
                        title: 'q',
                        value: (row) => row.q_value,
                        show: (row) => pValue(row.q_value),
                        number: true,
                    },
                    {title: 'Found', value: (row) => (row.found ? 'yes' : 'no')},
                ],
                gaps,
                {caption: 'Gaps between segments', filter: 'Find a segment'},
            ),
        ),
    );
}

function forest(audit, rows, name) {
    const shown = rows.filter((row) => row[name] && isNumber(row[name].value));
    if (shown.length === 0) return null;
    const ambiguous = new Set(rows.map((row) => row.value)).size < rows.length;
    const overall = audit.metrics && audit.metrics[name];
    return figure({
        title: `${metricLabel(name)} by segment`,
        note: `Share ${metricWords[name][1].replace(/^of /, 'of ')}, with 95% intervals. Dashed: all accounts. Grey: few churners.`,
        charts: chart(
            'segments',
            {
                segments: shown.slice(0, mostDrawn).map((row) => ({
                    label: ambiguous ? `${row.column}: ${segmentName(row)}` : segmentName(row),
                    value: row[name].value,
                    ...ends(row[name]),
                    range: interval(row[name].interval, percent) || dash,
                    colour: row.small ? 'var(--muted)' : 'var(--accent)',
                    of: name === 'sensitivity' ? row.events : row.n - row.events,
                })),
                overall: overall && isNumber(overall.value) ? [{value: overall.value}] : [],
            },
            {label: `${metricLabel(name)} by segment`},
        ),
        columns: [
            {title: 'Segment', value: (row) => segmentName(row)},
            {title: 'Of', value: (row) => row.column},
            {
                title: metricLabel(name),
                value: (row) => row[name].value,
                show: (row) => estimateCell(row[name], percent),
                number: true,
            },
            {
                title: 'Drawn to the average',
                value: (row) => shrunk(row, name),
                show: (row) => percent(shrunk(row, name)),
                number: true,
            },
        ].filter(
            (column) =>
                column.title !== 'Drawn to the average' || shown.some((row) => isNumber(shrunk(row, name))),
        ),
        rows: shown,
    });
}

// Written as a number, or as an estimate.
function shrunk(row, name) {
    const s = row.shrunk && row.shrunk[name];
    return s && typeof s === 'object' ? s.value : s;
}

function blindSpotsSection(audit) {
    const spots = audit.blind_spots;
    const search = audit.blind_spot_search;
    if (!spots && !search) return null;
    if (search && search.refused)
        return section(
            'blind-spots',
            'Blind spots',
            null,
            el('p', {class: 'empty'}, sentence(search.refused)),
        );
    const kinds = {misses: 'misses', false_alarms: 'false alarms'};
    const cards = (spots || []).map((spot) =>
        el(
            'div',
            {class: 'card spot'},
            el(
                'p',
                {class: 'spot-kind'},
                el('span', {class: 'pill bad'}, icon('warn'), kinds[spot.kind] || spot.kind),
                isNumber(spot.value) ? el('span', {class: 'note'}, ` worth ${money(spot.value)}`) : null,
            ),
            el('h3', {}, (spot.conditions || []).map(conditionWords).join(' and ')),
            el('p', {}, sentence(spot.words)),
            facts([
                [
                    spot.kind === 'misses' ? 'Missed' : 'Flagged in vain',
                    `${count(spot.wrong)} of ${count(spot.events)}`,
                    `${percent(spot.rate)}${spot.interval ? ` (${interval(spot.interval, percent)})` : ''}`,
                ],
                [
                    'Everywhere else',
                    percent(spot.rest),
                    isNumber(spot.ratio) ? `${decimal(spot.ratio, 1)} times as often here` : null,
                ],
                ['Chance as an explanation', `q ${pValue(spot.q_value)}`],
            ]),
        ),
    );
    return section(
        'blind-spots',
        'Blind spots',
        'Groups of accounts, by one or two conditions, where mistakes pile up more than chance would have it.',
        cards.length > 0 ? el('div', {class: 'grid'}, cards) : el('p', {class: 'empty'}, 'None found.'),
        search && search.words ? el('p', {class: 'note'}, sentence(search.words)) : null,
    );
}

function conditionWords(c) {
    if (c.is !== undefined) return `${c.column} is ${c.is === '' ? 'missing' : c.is}`;
    const number = (x) => String(Number(x.toPrecision(6))).replace('-', minus);
    if (isNumber(c.from) && isNumber(c.below))
        return `${c.column} from ${number(c.from)} to below ${number(c.below)}`;
    return isNumber(c.from)
        ? `${c.column} from ${number(c.from)}`
        : isNumber(c.below)
          ? `${c.column} below ${number(c.below)}`
          : c.column;
}
