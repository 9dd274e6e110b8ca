// drift.js - what has changed since the model was made: inputs, zones, the meaning of green, and churn beside
// what was predicted.

function periodsFigures(audit) {
    const periods = audit.periods || [];
    return ['sensitivity', 'specificity'].map((name) => {
        const rows = periods.filter((row) => row[name] && isNumber(row[name].value));
        const m = (audit.metrics || {})[name];
        const target = m && isNumber(m.target) ? m.target : null;
        if (rows.length === 0) return null;
        return figure({
            title: `${metricLabel(name)} by quarter`,
            note: `Share ${metricWords[name][1]}; bars: 95% intervals.${target !== null ? ` Dashed: the target of ${percent(target, 0)}.` : ''} Large dot: this audit.`,
            charts: chart(
                'periods',
                {
                    periods: rows.map((row) => ({
                        period: row.period,
                        value: row[name].value,
                        ...ends(row[name]),
                        range: interval(row[name].interval, percent) || dash,
                        of: name === 'sensitivity' ? row.events : row.n - row.events,
                        colour: target !== null && row[name].value < target ? 'var(--bad)' : 'var(--accent)',
                        size: row.past ? 55 : 130,
                    })),
                    target: target !== null ? [{value: target}] : [],
                },
                {label: `${metricLabel(name)} by quarter`},
            ),
            columns: [
                {title: 'Period', value: (row) => row.period},
                {
                    title: metricLabel(name),
                    value: (row) => row[name].value,
                    show: (row) => estimateCell(row[name], percent),
                    number: true,
                },
                {title: 'Churners', value: (row) => row.events, number: true},
                {title: capital(things()), value: (row) => row.n, number: true},
            ],
            rows,
        });
    });
}

function driftSection(audit) {
    const parts = [
        driftFigure(audit.drift),
        cusumFigure(audit.calibration_drift),
        migrationCard(audit.migration),
        inflationCard(audit.inflation),
    ].filter(Boolean);
    const refused = ['drift', 'inflation', 'migration', 'calibration_drift']
        .map((key) => audit[key] && audit[key].refused)
        .filter(Boolean);
    return section(
        'drift',
        'What has changed',
        null,
        parts.length > 0 ? el('div', {class: 'grid'}, parts) : null,
        refused.map((text) => el('p', {class: 'empty'}, text)),
    );
}

const driftKinds = {signal: 0, score: 1, segment: 2, plan: 3};

function driftFigure(drift) {
    const rows = known(drift && drift.variables, 'psi');
    if (rows.length === 0) return null;
    const drawn = rows
        .slice()
        .sort((a, b) => b.drifted - a.drifted || driftKinds[a.kind] - driftKinds[b.kind] || b.psi - a.psi)
        .slice(0, mostDrawn);
    return figure({
        title: 'Inputs beside the training data (drift)',
        note: `${drift.words ? `${sentence(drift.words)} ` : ''}Bar: how far a variable moved (PSI); tick: how far chance alone moves one of this size.`,
        wide: true,
        charts: chart(
            'drift',
            {
                variables: drawn.map((row) => ({
                    name: row.name,
                    psi: row.psi,
                    limit: row.psi_limit,
                    colour: row.drifted ? 'var(--bad)' : 'var(--zone-calm)',
                })),
            },
            {label: 'Drift by variable'},
        ),
        columns: [
            {title: 'Variable', value: (row) => row.name},
            {title: 'Kind', value: (row) => row.kind},
            {title: 'PSI', value: (row) => row.psi, show: (row) => decimal(row.psi), number: true},
            {
                title: 'Limit',
                value: (row) => row.psi_limit,
                show: (row) => decimal(row.psi_limit),
                number: true,
            },
            {title: 'KS', value: (row) => row.ks, show: (row) => decimal(row.ks), number: true},
            {title: 'q', value: (row) => row.q_value, show: (row) => pValue(row.q_value), number: true},
            {title: 'Missing', value: (row) => row.missing, number: true},
            {
                title: 'Drifted',
                value: (row) => (row.drifted ? 'yes' : 'no'),
                show: (row) => (row.drifted ? pill('drifted') : 'no'),
            },
        ],
        rows,
        extra: drawn.filter((row) => row.drifted && row.bins).map(binsDetails),
    });
}

// What moved, of a variable that drifted.
function binsDetails(row) {
    return el(
        'details',
        {},
        el('summary', {}, 'How ', el('bdi', {}, row.name), ' moved'),
        table(
            [
                {title: 'Values', value: (bin) => bin.label},
                {
                    title: 'In training',
                    value: (bin) => bin.expected,
                    show: (bin) => percent(bin.expected),
                    number: true,
                },
                {title: 'Now', value: (bin) => bin.actual, show: (bin) => percent(bin.actual), number: true},
                {
                    title: 'Change',
                    value: (bin) => bin.actual - bin.expected,
                    show: (bin) => `${decimal(100 * (bin.actual - bin.expected), 1)} points`,
                    number: true,
                },
            ],
            row.bins,
            {caption: `Distribution of ${row.name}`, plain: true},
        ),
    );
}

function inflationCard(inflation) {
    if (!inflation || inflation.refused) return null;
    return card(
        'Is green still green?',
        inflation.words ? el('p', {}, sentence(inflation.words)) : null,
        facts([
            [
                'Share that is green',
                inflation.green_share ? estimate(inflation.green_share, percent) : null,
                inflation.then && inflation.then.green_share
                    ? `was ${percent(inflation.then.green_share.value)}`
                    : null,
            ],
            [
                'Churn among the green',
                inflation.green_rate ? estimate(inflation.green_rate, percent) : null,
                inflation.then && inflation.then.green_rate
                    ? `was ${percent(inflation.then.green_rate.value)}`
                    : null,
            ],
            [
                'Chance as an explanation',
                isNumber(inflation.p_value) ? `p ${pValue(inflation.p_value)}` : null,
            ],
        ]),
        table(
            [
                {title: 'Zone', value: (row) => row.zone},
                {
                    title: 'Now',
                    value: (row) => row.share_now,
                    show: (row) => percent(row.share_now),
                    number: true,
                },
                {
                    title: 'Then',
                    value: (row) => row.share_then,
                    show: (row) => percent(row.share_then),
                    number: true,
                },
            ],
            inflation.zones,
            {caption: 'Share of accounts in each zone, now and then', plain: true},
        ),
    );
}

function migrationCard(migration) {
    if (!migration || migration.refused || !Array.isArray(migration.counts)) return null;
    const zones = migration.zones;
    return card(
        'Where accounts moved',
        el('p', {}, migration.words ? sentence(migration.words) : `${plural(migration.n, 'account')}.`),
        el(
            'div',
            {class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'Zone then and now'},
            el(
                'table',
                {class: 'matrix'},
                el('caption', {class: 'unseen'}, 'Accounts by zone then, down, and now, across'),
                el(
                    'thead',
                    {},
                    el(
                        'tr',
                        {},
                        el('th', {scope: 'col'}, 'Then, now'),
                        zones.map((zone) => el('th', {scope: 'col'}, zone)),
                    ),
                ),
                el(
                    'tbody',
                    {},
                    migration.counts.map((row, r) => {
                        const all = row.reduce((sum, n) => sum + n, 0);
                        return el(
                            'tr',
                            {},
                            el('th', {scope: 'row'}, zones[r]),
                            row.map((n, c) =>
                                el(
                                    'td',
                                    {
                                        class: `heat-${all > 0 ? Math.min(5, Math.ceil((5 * n) / all)) : 0}${r === c ? ' same' : ''}`,
                                    },
                                    count(n),
                                    el('span', {class: 'range'}, all > 0 ? ` ${percent(n / all, 0)}` : ''),
                                ),
                            ),
                        );
                    }),
                ),
            ),
        ),
        migration.from_words ? el('p', {class: 'note'}, `Down: ${migration.from_words}. Across: now.`) : null,
    );
}

function cusumFigure(drift) {
    const rows = known(drift && drift.points, 'upper', 'lower');
    if (rows.length === 0) return null;
    const arms = [
        ['more churn than predicted', 'upper', 1],
        ['less churn than predicted', 'lower', -1],
    ];
    return figure({
        title: 'Churn beside what was predicted, added up (CUSUM)',
        wide: true,
        note: `${drift.words ? `${sentence(drift.words)} ` : ''}A small shift that lasts adds up; beyond a dashed line it is an alarm.`,
        charts: chart(
            'cusum',
            {
                sums: arms.flatMap(([arm, key, side]) =>
                    rows.map((row) => ({period: row.period, arm, sum: side * row[key]})),
                ),
                limits: isNumber(drift.limit) ? [{sum: drift.limit}, {sum: -drift.limit}] : [],
            },
            {label: 'Cumulative sums of observed less expected churn'},
        ),
        columns: [
            {title: 'Period', value: (row) => row.period},
            {
                title: 'Churned',
                value: (row) => row.observed,
                show: (row) => decimal(row.observed, 0),
                number: true,
            },
            {
                title: 'Predicted',
                value: (row) => row.expected,
                show: (row) => decimal(row.expected, 1),
                number: true,
            },
            {title: 'Surprise (z)', value: (row) => row.z, show: (row) => decimal2(row.z), number: true},
            {title: 'Sum, more', value: (row) => row.upper, show: (row) => decimal2(row.upper), number: true},
            {title: 'Sum, less', value: (row) => row.lower, show: (row) => decimal2(row.lower), number: true},
        ],
        rows,
        extra: drift.alarm ? el('p', {}, pill('raises an alarm')) : null,
    });
}
