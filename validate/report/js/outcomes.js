// outcomes.js - what came of it: accounts that were acted on, how early the flags came, what they are worth,
// and estimates before outcomes are known.

function refusal(part, id, title) {
    return part && part.refused ? section(id, title, null, el('p', {class: 'empty'}, part.refused)) : null;
}

function actedOnSection(audit) {
    const acted = audit.acted_on;
    const title = 'Accounts that were acted on';
    if (!acted || acted.refused) return refusal(acted, 'acted-on', title);
    const bounds = acted.bounds;
    const effect = acted.effect;
    const groups = {acted: 'Acted on', 'not acted': 'Left alone'};
    return section(
        'acted-on',
        title,
        'A customer who was called and stayed may have been saved: counting it as a false alarm would punish good work. So here the figures are split, and given as far as they can be known.',
        el(
            'div',
            {class: 'grid'},
            el(
                'div',
                {class: 'card wide'},
                el('h3', {}, 'By whether anybody acted'),
                facts([
                    [
                        'Acted on',
                        count(acted.acted),
                        isNumber(acted.flagged_acted)
                            ? `${count(acted.flagged_acted)} of them flagged`
                            : null,
                    ],
                    [
                        'Left alone',
                        count(acted.not_acted),
                        isNumber(acted.flagged_not_acted)
                            ? `${count(acted.flagged_not_acted)} of them flagged`
                            : null,
                    ],
                    ['Not known', acted.unknown > 0 ? count(acted.unknown) : null],
                ]),
                table(
                    [
                        {
                            title: 'Group',
                            value: (row) => row.group,
                            show: (row) => groups[row.group] || capital(row.group),
                        },
                        {title: capital(things()), value: (row) => row.n, number: true},
                        {title: 'Churned', value: (row) => row.events, number: true},
                        ...['sensitivity', 'specificity', 'ppv'].map((name) => ({
                            title: metricLabel(name),
                            value: (row) => row[name] && row[name].value,
                            show: (row) => estimateCell(row[name], percent),
                            number: true,
                        })),
                    ],
                    acted.split,
                    {caption: 'Figures by whether anybody acted', plain: true},
                ),
            ),
            bounds
                ? card(
                      'Bounds on the score itself',
                      facts(
                          ['sensitivity', 'specificity', 'ppv'].map((name) => [
                              metricLabel(name),
                              Array.isArray(bounds[name]) ? interval(bounds[name], percent) : null,
                              boundsNote(bounds, name),
                          ]),
                      ),
                      bounds.words ? el('p', {class: 'note'}, sentence(bounds.words)) : null,
                  )
                : null,
            effect ? effectCard(effect) : null,
        ),
    );
}

function boundsNote(bounds, name) {
    const range = bounds.intervals ? interval(bounds.intervals[name], percent) : null;
    return range ? `${range} with sampling error` : null;
}

function effectCard(effect) {
    if (effect.refused) return card('Did acting help?', el('p', {class: 'empty'}, effect.refused));
    return card(
        'Did acting help?',
        effect.words ? el('p', {}, sentence(effect.words)) : null,
        facts([
            ['Change in churn', effect.risk_difference ? estimate(effect.risk_difference, points) : null],
            ['Odds ratio', effect.odds_ratio ? estimate(effect.odds_ratio, decimal2) : null],
            [
                'Churn prevented',
                effect.prevented ? estimate(effect.prevented, (x) => decimal(x, 1)) : null,
                'accounts',
            ],
        ]),
        effect.assumption ? el('p', {}, el('b', {}, 'Assumes: '), sentence(effect.assumption)) : null,
        effect.overlap ? el('p', {class: 'note'}, sentence(effect.overlap)) : null,
        effect.method ? el('p', {class: 'note'}, `How: ${sentence(effect.method)}`) : null,
    );
}

function leadTimeSection(audit) {
    const lead = audit.lead_time;
    const title = 'How early the flag came';
    if (!lead || lead.refused) return refusal(lead, 'lead-time', title);
    const curve = known(lead.curve, 'days', 'share');
    const ahead = known(lead.ahead, 'days', 'share');
    const quartiles = interval(lead.quartiles, (x) => decimal(x, 0));
    const chartRows = ahead.map((row) => ({
        days: row.days,
        share: row.share,
        ...ends(row),
        range: interval(row.interval, percent) || dash,
    }));
    return section(
        'lead-time',
        title,
        lead.rule ? `Counted ${lead.rule}.` : null,
        el(
            'div',
            {class: 'grid'},
            curve.length > 1
                ? figure({
                      title: 'Share flagged this many days ahead',
                      note: 'Dots: 30, 60 and 90 days before the churn date, with 95% intervals.',
                      charts: chart('lead-time', {curve, ahead: chartRows}, {label: title}),
                      columns: [
                          {title: 'Days ahead', value: (row) => row.days, number: true},
                          {
                              title: 'Flagged',
                              value: (row) => row.share,
                              show: (row) =>
                                  estimateCell({value: row.share, interval: row.interval}, percent),
                              number: true,
                          },
                      ],
                      rows: [...ahead, ...curve],
                  })
                : null,
            card(
                'In numbers',
                facts([
                    [
                        'Median',
                        lead.median && isNumber(lead.median.value)
                            ? estimate(lead.median, (x) => decimal(x, 0))
                            : null,
                        'days before the churn date',
                    ],
                    ['Middle half', quartiles, 'days'],
                    ...ahead.map((row) => [
                        `Flagged ${row.days} days ahead`,
                        estimate({value: row.share, interval: row.interval}, percent),
                        isNumber(row.of) ? `of ${count(row.of)}` : null,
                    ]),
                    ['Churners', isNumber(lead.accounts) ? count(lead.accounts) : null],
                    ['Flagged before', isNumber(lead.flagged_before) ? count(lead.flagged_before) : null],
                    ['Never flagged', isNumber(lead.never) ? count(lead.never) : null],
                    [
                        'Flagged when first seen',
                        lead.first_seen_flagged > 0 ? count(lead.first_seen_flagged) : null,
                        'at least as early as that',
                    ],
                ]),
            ),
            lead.words
                ? el('div', {class: 'card wide'}, el('h3', {}, 'In words'), el('p', {}, sentence(lead.words)))
                : null,
        ),
    );
}

function impactSection(audit) {
    const impact = audit.impact;
    if (!impact || impact.refused || !impact.expected) return refusal(impact, 'impact', 'What it is worth');
    const {assumptions: a, expected, realised} = impact;
    const column = (name, part) =>
        card(
            name,
            facts([
                ['Retained', part.retained ? spread(part.retained) : null],
                ['Cost of the calls', part.cost ? spread(part.cost) : null],
                ['Net', part.net ? spread(part.net) : null],
                ['Churners flagged', isNumber(part.accounts) ? count(part.accounts) : null],
                [
                    'Value at risk',
                    isNumber(part.value_at_risk) ? money(part.value_at_risk) : null,
                    'of those flagged',
                ],
                ['Acted on', isNumber(part.acted) ? count(part.acted) : null],
                [
                    'Churn prevented',
                    part.prevented && isNumber(part.prevented.value)
                        ? estimate(part.prevented, (x) => decimal(x, 1))
                        : null,
                    'accounts',
                ],
            ]),
        );
    const share = (x) => percent(x, 0);
    return section(
        'impact',
        'What it is worth',
        'Retained value is the value of the flagged churners times the share that a call wins back, less what the calls cost. The range is that of the assumptions.',
        el(
            'div',
            {class: 'cards'},
            column('Expected', expected),
            realised ? column('Realised', realised) : null,
            a
                ? card(
                      'Assumed',
                      facts([
                          ['Won back by a call', a.recovery_rate ? spread(a.recovery_rate, share) : null],
                          ['Cost of a call', a.contact_cost ? spread(a.contact_cost) : null],
                          [
                              'From',
                              a.source === 'given'
                                  ? 'the spec'
                                  : a.source === 'default'
                                    ? 'defaults; give your own in the spec'
                                    : a.source,
                          ],
                      ]),
                  )
                : null,
        ),
        paragraphs(impact.words),
    );
}

// An estimate is no audit: it stands first and says what it is.
function interimSection(audit) {
    const interim = audit.interim;
    if (!interim || interim.refused) return null;
    const tiles = ['sensitivity', 'specificity', 'ppv', 'auc']
        .filter((name) => interim[name] && isNumber(interim[name].value))
        .map((name) =>
            tile(
                metricLabel(name),
                metricShow(name)(interim[name].value),
                interval(interim[name].interval, metricShow(name)),
                'estimated',
            ),
        );
    return el(
        'section',
        {
            id: 'interim',
            class: 'interim',
            'aria-labelledby': 'interim-title',
            'data-title': 'Interim estimate',
        },
        el(
            'div',
            {class: 'banner'},
            icon('warn'),
            el(
                'div',
                {},
                el('h2', {id: 'interim-title'}, 'Estimate: outcomes are not known yet'),
                el(
                    'p',
                    {},
                    sentence(interim.words) ||
                        'Computed from the probabilities themselves, not from what happened.',
                ),
            ),
        ),
        tiles.length > 0 ? el('ul', {class: 'tiles'}, tiles) : null,
        facts([
            ['Accounts', count(interim.n)],
            [
                'Churners expected',
                interim.expected_events ? estimate(interim.expected_events, (x) => decimal(x, 0)) : null,
            ],
        ]),
        interim.warnings && interim.warnings.length > 0
            ? card('Reasons for doubt', list(interim.warnings))
            : null,
        interim.conditions && interim.conditions.length > 0
            ? card('Holds only if', list(interim.conditions))
            : null,
    );
}
