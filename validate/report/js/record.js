// record.js - what a reader needs to check the rest: every figure, where the data came from, what was left
// out, what is not here and why.

function metricsCard(metrics, title) {
    const rows = Object.entries(metrics || {})
        .filter(([, m]) => m && typeof m === 'object')
        .map(([name, m]) => ({name, ...m}));
    const aim = (row) =>
        Array.isArray(row.target)
            ? targetWords(row.name, row.target[0], row.target[1])
            : targetWords(row.name, row.target, null);
    const best = {
        higher: 'higher is better',
        lower: 'lower is better',
        zero: '0 is ideal',
        one: '1 is ideal',
    };
    if (rows.length === 0) return null;
    return card(
        title,
        table(
            [
                {title: 'Figure', value: (row) => metricLabel(row.name)},
                {
                    title: 'Value',
                    value: (row) => row.value,
                    show: (row) => estimateCell(row, metricShow(row.name)),
                    number: true,
                },
                {
                    title: 'Target',
                    value: (row) => aim(row),
                    show: (row) =>
                        row.result && aim(row)
                            ? el('span', {}, `${aim(row)} `, pill(resultWords[row.result] || row.result))
                            : null,
                },
                {
                    title: 'What it says',
                    value: (row) =>
                        [
                            metricWords[row.name] ? metricWords[row.name][1] : '',
                            metricWords[row.name] ? best[metricWords[row.name][3]] : '',
                        ]
                            .filter(Boolean)
                            .join('; '),
                    wide: true,
                },
                {title: 'Interval by', value: (row) => row.method},
            ],
            rows,
            {caption: 'Every figure', all: true},
        ),
    );
}

const droppedWords = {
    not_matured: 'outcome not known yet',
    after_event: 'dated on or after their own churn',
    no_outcome: 'without an outcome',
    outside_window: 'outside the window of dates',
    missing_signal: 'a needed signal is missing',
    bad_width: 'wrong number of fields',
    bad_quote: 'broken quotes',
    bad_number: 'unreadable number',
    bad_date: 'unreadable date',
    bad_outcome: 'unreadable outcome',
    bad_text: 'unreadable text',
    bad_empty: 'empty where a value is needed',
};

function droppedTable(dropped) {
    const rows = Object.entries(dropped || {})
        .filter(([, n]) => n > 0)
        .map(([name, n]) => ({name: droppedWords[name] || name.replaceAll('_', ' '), n}));
    return table(
        [
            {title: 'Left out because', value: (row) => row.name},
            {title: 'Rows', value: (row) => row.n, number: true},
        ],
        rows,
        {caption: 'Rows that were left out', plain: true},
    );
}

const code = (text) => (text ? el('code', {}, text) : null);

function dataCard(data) {
    if (!data) return null;
    const positive = (n) => (n > 0 ? count(n) : null);
    return card(
        'Data',
        facts([
            ['File', data.name],
            ['Rows', isNumber(data.rows) ? count(data.rows) : null],
            ['Used', isNumber(data.used) ? count(data.used) : null],
            ['Accounts', isNumber(data.accounts) ? count(data.accounts) : null],
            ['Churned', isNumber(data.events) ? count(data.events) : null],
            ['Dates', data.from ? (data.from === data.to ? data.from : `${data.from} to ${data.to}`) : null],
            ['Waiting for an outcome', positive(data.waiting)],
            ['Plan not seen in calibration', positive(data.unseen_plan)],
            ['Segment not seen in calibration', positive(data.unseen_segment)],
            ['Category not seen in calibration', positive(data.unknown_category)],
            ['SHA-256', code(data.sha256)],
        ]),
        droppedTable(data.dropped),
    );
}

function modelFacts(model) {
    return model
        ? facts([
              ['Name', model.name],
              ['Version', model.version],
              ['Digest', code(model.digest)],
          ])
        : null;
}

function recordSection(audit) {
    const notes = (audit.quality && audit.quality.notes) || [];
    const line = audit.line || {};
    return section(
        'record',
        'Data and provenance',
        null,
        notes.length > 0 ? card('To bear in mind', list(notes)) : null,
        el(
            'div',
            {class: 'grid'},
            dataCard(audit.data),
            el(
                'div',
                {class: 'stack'},
                card(
                    audit.model ? 'Model' : 'Score',
                    modelFacts(audit.model) ||
                        facts([
                            ['Column', audit.score_column],
                            ['Higher is', audit.higher_is],
                        ]),
                    facts([
                        ['Line', lineWords(line, audit.higher_is)],
                        [
                            'That is a probability of',
                            isNumber(line.probability) ? percent(line.probability) : null,
                        ],
                        [
                            'Seen in calibration',
                            audit.quality && audit.quality.in_sample === true
                                ? 'yes: the figures flatter the model'
                                : null,
                        ],
                        ['Audited on', audit.created],
                        ['Rules', audit.rules ? audit.rules.file : null],
                        ['SHA-256 of the rules', audit.rules ? code(audit.rules.sha256) : null],
                    ]),
                ),
                audit.champion ? card('Model in force', modelFacts(audit.champion)) : null,
            ),
        ),
    );
}

// Parts that an audit may lack, and what each needs.
const optionalParts = [
    ['weights', 'Weights', 'a score column has none'],
    [
        'unused_columns',
        'Columns the model does not use',
        'needs columns that neither the model nor the audit uses',
    ],
    ['acted_on', 'Accounts that were acted on', 'needs a column that says so'],
    ['lead_time', 'How early the flag came', 'needs accounts, dated snapshots and churn dates'],
    ['impact', 'What it is worth', 'needs the value of accounts'],
    ['drift', 'Drift', 'needs a model that remembers its training data'],
    ['migration', 'Where accounts moved', 'needs accounts with an earlier snapshot'],
    ['inflation', 'Is green still green', 'needs zones'],
    ['calibration_drift', 'Calibration over time', 'needs probabilities and past audits (--history)'],
    ['comparison', 'Champion and challenger', 'needs a champion (--champion)'],
];

function absentSection(audit) {
    const absent = optionalParts
        .filter(([key]) => audit[key] === null || audit[key] === undefined)
        .map(([, title, why]) => [title, capital(why)]);
    if (audit.interim && audit.interim.refused)
        absent.push(['Estimate before outcomes are known', capital(audit.interim.refused)]);
    const rows = facts(absent);
    return section('absent', 'Not in this audit', null, rows ? el('div', {class: 'card'}, rows) : null);
}

// The licences of what draws the charts, which ask to travel with it.
function noticesNode() {
    const text = document.getElementById('notices').textContent.trim();
    return text === ''
        ? null
        : el(
              'details',
              {class: 'notices'},
              el('summary', {}, 'Licences of the software in this page'),
              el('pre', {tabindex: '0'}, text),
          );
}
