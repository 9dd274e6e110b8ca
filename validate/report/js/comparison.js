// comparison.js - the model beside the one in force, on the same accounts, and what the promotion rule says.

const promotionWords = {promote: 'Promote', keep: 'Keep the model in force', undecided: 'Undecided'};

function comparisonSection(audit) {
    const c = audit.comparison;
    if (!c) return null;
    const lead = isNumber(c.n)
        ? `On the same ${plural(c.n, thing)}, ${count(c.events)} of which churned. A difference is the challenger less the champion.`
        : null;
    return section(
        'comparison',
        'Beside the model in force',
        lead,
        promotionCard(c.promotion) || (c.words ? el('p', {}, sentence(c.words)) : null),
        el(
            'div',
            {class: 'grid'},
            c.differences && c.differences.length > 0
                ? el(
                      'div',
                      {class: 'card wide'},
                      el('h3', {}, 'Differences'),
                      differencesTable(c.differences),
                  )
                : null,
            c.mcnemar ? mcnemarCard(c.mcnemar) : null,
            c.moves && c.moves.length > 0 ? card('Between zones', movesTable(c.moves)) : null,
        ),
    );
}

function promotionCard(promotion) {
    if (!promotion) return null;
    const word = promotionWords[promotion.result] || promotion.result;
    const kind = {promote: 'good', keep: 'bad'}[promotion.result] || 'open';
    const state = (row) =>
        row.holds === true ? 'holds' : row.holds === false ? 'does not hold' : 'not settled';
    return el(
        'div',
        {class: `card promotion ${kind}`},
        el('h3', {}, icon(kind), word),
        promotion.words ? el('p', {}, withoutWord(promotion.words, Object.keys(promotionWords))) : null,
        table(
            [
                {
                    title: 'Rule',
                    value: (row) => metricLabel(row.metric),
                    show: (row) =>
                        `${metricLabel(row.metric)} no worse by more than ${differenceShow(row.metric)(row.margin)}`,
                },
                {
                    title: 'Difference',
                    value: (row) => row.difference,
                    show: (row) => differenceShow(row.metric)(row.difference),
                    number: true,
                },
                {
                    title: 'At worst',
                    value: (row) => row.low_or_high,
                    show: (row) => differenceShow(row.metric)(row.low_or_high),
                    number: true,
                },
                {title: 'Holds', value: (row) => state(row), show: (row) => pill(state(row))},
            ],
            promotion.rule,
            {caption: 'Promotion rule', plain: true},
        ),
        promotion.declared
            ? el('p', {class: 'note'}, `The rule was declared beforehand: ${promotion.declared}.`)
            : null,
    );
}

function differencesTable(rows) {
    return table(
        [
            {title: 'Metric', value: (row) => metricLabel(row.metric)},
            {
                title: 'Champion',
                value: (row) => row.champion,
                show: (row) => metricShow(row.metric)(row.champion),
                number: true,
            },
            {
                title: 'Challenger',
                value: (row) => row.challenger,
                show: (row) => metricShow(row.metric)(row.challenger),
                number: true,
            },
            {
                title: 'Difference',
                value: (row) => row.difference && row.difference.value,
                show: (row) => estimateCell(row.difference, differenceShow(row.metric)),
                number: true,
            },
            {title: 'p', value: (row) => row.p_value, show: (row) => pValue(row.p_value), number: true},
            {title: 'How', value: (row) => row.method},
        ],
        rows,
        {caption: 'Champion and challenger', plain: true},
    );
}

function mcnemarCard(m) {
    const cell = (n, kind) => el('td', {class: kind}, el('b', {}, count(n)));
    return card(
        'Right side of the line',
        el(
            'table',
            {class: 'square'},
            el('caption', {class: 'unseen'}, 'Accounts on the right side of the line'),
            el(
                'thead',
                {},
                el(
                    'tr',
                    {},
                    el('td', {}),
                    el('th', {scope: 'col'}, 'Challenger right'),
                    el('th', {scope: 'col'}, 'Challenger wrong'),
                ),
            ),
            el(
                'tbody',
                {},
                el(
                    'tr',
                    {},
                    el('th', {scope: 'row'}, 'Champion right'),
                    cell(m.both_right, ''),
                    cell(m.only_champion, 'wrong'),
                ),
                el(
                    'tr',
                    {},
                    el('th', {scope: 'row'}, 'Champion wrong'),
                    cell(m.only_challenger, 'right'),
                    cell(m.both_wrong, ''),
                ),
            ),
        ),
        el('p', {class: 'note'}, `p ${pValue(m.p_value)}${m.method ? `, ${m.method}` : ''}`),
    );
}

function movesTable(moves) {
    const n = (row) => (row.n !== undefined ? row.n : row.snapshots);
    const changed = moves.filter((row) => row.from !== row.to && n(row) > 0);
    return (
        table(
            [
                {title: 'From', value: (row) => row.from},
                {title: 'To', value: (row) => row.to},
                {title: capital(things()), value: n, number: true},
                ...(changed.some((row) => isNumber(row.events))
                    ? [{title: 'Of them churned', value: (row) => row.events, number: true}]
                    : []),
            ],
            changed,
            {caption: 'Moves between zones', sort: [2, 'descending']},
        ) || el('p', {class: 'empty'}, 'None.')
    );
}
