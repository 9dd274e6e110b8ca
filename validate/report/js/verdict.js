// verdict.js - the first screen of an audit: what it says, what to do, the figures that carry targets, the
// floors, and how sure one can be.

const verdictWords = {
    pass: ['good', 'Pass', 'The score met its targets.'],
    fail: ['bad', 'Fail', 'The score missed a target.'],
    inconclusive: ['open', 'Inconclusive', 'The outcomes seen so far do not settle it.'],
};

// Headlines may repeat the verdict's word; the card says it already, larger.
function headline(verdict, fallback) {
    return withoutWord(verdict.headline || fallback, Object.keys(verdictWords));
}

function verdictSection(audit) {
    const verdict = audit.verdict;
    if (!verdict || !verdict.result) return null;
    const [kind, word, fallback] = verdictWords[verdict.result] || verdictWords.inconclusive;
    const targets = verdict.targets || targetsOfMetrics(audit.metrics);
    return el(
        'section',
        {
            id: 'verdict',
            class: `verdict ${kind}`,
            'aria-labelledby': 'verdict-title',
            'data-title': 'Verdict',
        },
        el(
            'div',
            {class: 'verdict-head'},
            el('span', {class: 'badge'}, icon(kind)),
            el(
                'div',
                {},
                el('h2', {id: 'verdict-title'}, el('span', {class: 'unseen'}, 'Verdict: '), word),
                el('p', {class: 'headline'}, headline(verdict, fallback)),
            ),
        ),
        targets.length > 0 ? el('ul', {class: 'targets'}, targets.map(targetRow)) : list(verdict.reasons),
        targets.length > 0 && verdict.reasons
            ? el('details', {}, el('summary', {}, 'In words'), list(verdict.reasons))
            : null,
        isNumber(verdict.error_rate)
            ? el(
                  'p',
                  {class: 'note'},
                  `A wrong pass, and a wrong fail, each come up in at most ${percent(verdict.error_rate, 0)} of audits.`,
              )
            : null,
    );
}

// Of an audit that has no list of targets: the metrics that carry one.
function targetsOfMetrics(metrics) {
    return Object.entries(metrics || {})
        .filter(([, m]) => m && m.target !== null && m.target !== undefined)
        .map(([metric, m]) => ({
            metric,
            value: m.value,
            interval: m.interval,
            of: m.of,
            result: m.result,
            low: Array.isArray(m.target) ? m.target[0] : m.target,
            high: Array.isArray(m.target) ? m.target[1] : null,
        }));
}

const resultWords = {pass: 'met', fail: 'missed', inconclusive: 'not settled'};

function targetRow(target) {
    const show = metricShow(target.metric);
    const isShare = show === percent;
    const aim = [target.low, target.high].filter(isNumber);
    const reach = [target.value, ...aim, ...(target.interval || [])].filter(isNumber);
    const domain = isShare ? [0, 1] : [Math.min(0, ...reach), Math.max(...reach) * 1.1 || 1];
    const more =
        target.result === 'inconclusive' && target.needed && isNumber(target.needed.more)
            ? `Likely to be settled by about ${count(target.needed.more)} more ${target.metric === 'specificity' ? 'accounts that stay' : 'churners'}${isNumber(target.needed.quarters) ? `, some ${plural(Math.ceil(target.needed.quarters), 'quarter')} from now` : ''}, if the truth is what was seen.`
            : null;
    return el(
        'li',
        {class: 'target'},
        el(
            'div',
            {class: 'target-name'},
            el('b', {}, metricLabel(target.metric)),
            el(
                'span',
                {class: 'note'},
                `target ${targetWords(target.metric, target.low, target.high) || dash}`,
            ),
        ),
        el(
            'div',
            {class: 'target-value'},
            el('b', {}, show(target.value)),
            el('span', {class: 'range'}, interval(target.interval, show) || ''),
        ),
        meter(target, aim, domain),
        el(
            'div',
            {class: 'target-result'},
            pill(resultWords[target.result] || target.result || 'not measured'),
        ),
        more ? el('p', {class: 'note more'}, more) : null,
    );
}

function todoSection(audit) {
    const sentences = audit.what_to_do || [];
    if (sentences.length === 0) return null;
    return section(
        'todo',
        'What to do about it',
        null,
        el(
            'div',
            {class: 'card'},
            el(
                'ol',
                {class: 'todo'},
                sentences.map((text) => el('li', {}, sentence(text))),
            ),
        ),
    );
}

// ---- tiles ----

function tile(label, value, range, note, result) {
    return el(
        'li',
        {class: 'tile'},
        el('span', {class: 'tile-label'}, label),
        el('b', {class: 'tile-value'}, value),
        el('span', {class: 'tile-range'}, range || ''),
        result
            ? el('span', {class: 'tile-result'}, pill(result), ` ${note || ''}`)
            : el('span', {class: 'tile-note'}, note || ''),
    );
}

function metricTile(metrics, name) {
    const m = metrics[name];
    if (!m || !isNumber(m.value)) return null;
    const target = Array.isArray(m.target)
        ? targetWords(name, m.target[0], m.target[1])
        : targetWords(name, m.target, null);
    const show = metricShow(name);
    return tile(
        metricLabel(name),
        show(m.value),
        interval(m.interval, show),
        m.result && target ? `target ${target}` : metricWords[name][1],
        m.result && target ? resultWords[m.result] || m.result : null,
    );
}

function tilesSection(audit) {
    const metrics = audit.metrics || {};
    const worst = (audit.zones || []).find((zone) => isNumber(zone.rate));
    const value = audit.value;
    const tiles = [
        ...['sensitivity', 'specificity', 'ppv', 'auc'].map((name) => metricTile(metrics, name)),
        worst
            ? tile(
                  `Churn in ${worst.name}`,
                  percent(worst.rate),
                  interval(worst.interval, percent),
                  metrics.prevalence && isNumber(metrics.prevalence.value)
                      ? `all accounts: ${percent(metrics.prevalence.value)}`
                      : '',
              )
            : null,
        metricTile(metrics, 'brier'),
        metricTile(metrics, 'oe_ratio'),
        value && isNumber(value.lost)
            ? tile(
                  'Value lost',
                  money(value.lost),
                  isNumber(value.lost_flagged) ? `${money(value.lost_flagged)} of it flagged before` : null,
                  'of accounts that churned',
              )
            : null,
    ].filter(Boolean);
    return section(
        'figures',
        'Key figures',
        'Each with its 95% interval: how far chance alone may have moved it.',
        tiles.length > 0 ? el('ul', {class: 'tiles'}, tiles) : null,
        gridOf([floorsCard(audit), countsCard(audit)]),
    );
}

const floorTitles = {
    red_zone_multiple: 'Red zone',
    below_green_before_churn: 'Below green before churn',
    green_share: 'Share that is green',
};

function floorsCard(audit) {
    const floors = (audit.verdict && audit.verdict.floors) || [];
    if (floors.length === 0) return null;
    const show = (floor) => (floor.name === 'red_zone_multiple' ? (x) => `${decimal(x, 1)}×` : percent);
    return card(
        'Floors that practitioners use',
        el(
            'ul',
            {class: 'floors'},
            floors.map((floor) =>
                el(
                    'li',
                    {},
                    el(
                        'div',
                        {class: 'floor-head'},
                        el('b', {}, floorTitles[floor.name] || capital(floor.name.replaceAll('_', ' '))),
                        pill(floor.result === 'inconclusive' ? 'not settled' : floor.result),
                    ),
                    el(
                        'div',
                        {class: 'floor-value'},
                        isNumber(floor.value) ? estimateCell(floor, show(floor)) : dash,
                    ),
                    floor.words ? el('p', {class: 'note'}, sentence(floor.words)) : null,
                ),
            ),
        ),
    );
}

// The four kinds of account, as a square with words in it.
function countsCard(audit) {
    const c = audit.counts;
    if (!c || !isNumber(c.tp)) return null;
    const cell = (n, words, kind) => el('td', {class: kind}, el('b', {}, count(n)), el('span', {}, words));
    return card(
        'Flagged and what became of them',
        el(
            'table',
            {class: 'square'},
            el('caption', {class: 'unseen'}, 'Accounts by flag and outcome'),
            el(
                'thead',
                {},
                el(
                    'tr',
                    {},
                    el('td', {}),
                    el('th', {scope: 'col'}, 'Churned'),
                    el('th', {scope: 'col'}, 'Stayed'),
                ),
            ),
            el(
                'tbody',
                {},
                el(
                    'tr',
                    {},
                    el('th', {scope: 'row'}, 'Flagged'),
                    cell(c.tp, 'warned in time', 'right'),
                    cell(c.fp, 'false alarms', 'wrong'),
                ),
                el(
                    'tr',
                    {},
                    el('th', {scope: 'row'}, 'Not flagged'),
                    cell(c.fn, 'missed', 'wrong'),
                    cell(c.tn, 'left alone', 'right'),
                ),
            ),
        ),
    );
}

// ---- how sure ----

function suretySection(audit) {
    const {power, pooled} = audit.verdict || {};
    return section('surety', 'How sure this verdict can be', null, powerCard(power), pooledCard(pooled));
}

function powerCard(power) {
    if (!power) return null;
    const drop = (name, d) =>
        d && isNumber(d.to)
            ? [name, `${percent(d.to)} or lower`, `against ${percent(d.from)} asked for`]
            : null;
    return card(
        'What this quarter could have shown',
        power.words ? el('p', {}, sentence(power.words)) : null,
        facts(
            [
                ['Churners', isNumber(power.events) ? decimal(power.events, 0) : null],
                ['Who stayed', isNumber(power.others) ? count(power.others) : null],
                drop('Sensitivity that would have failed', power.sensitivity_drop),
                drop('Specificity that would have failed', power.specificity_drop),
                ['How surely', isNumber(power.power) ? percent(power.power, 0) : null, 'of the time'],
            ].filter(Boolean),
        ),
    );
}

function pooledCard(pooled) {
    if (!pooled) return null;
    const words = {pass: 'met', fail: 'missed', inconclusive: 'not settled'};
    return card(
        `All quarters together (${plural(pooled.audits, 'audit')})`,
        pooled.words ? el('p', {}, sentence(pooled.words)) : null,
        table(
            [
                {title: 'Metric', value: (row) => metricLabel(row.metric)},
                {
                    title: 'Pooled',
                    value: (row) => row.share,
                    show: (row) => estimateCell({value: row.share, interval: row.interval}, percent),
                    number: true,
                },
                {title: 'Of', value: (row) => row.n, show: (row) => count(row.n), number: true},
                {
                    title: 'Evidence for a pass',
                    value: (row) => row.evidence_pass,
                    show: (row) => evidence(row.evidence_pass),
                    number: true,
                },
                {
                    title: 'Evidence for a fail',
                    value: (row) => row.evidence_fail,
                    show: (row) => evidence(row.evidence_fail),
                    number: true,
                },
                {
                    title: 'Result',
                    value: (row) => row.result,
                    show: (row) => pill(words[row.result] || row.result),
                },
            ],
            pooled.metrics,
            {caption: 'Evidence pooled over audits', plain: true},
        ),
        pooled.rule ? el('p', {class: 'note'}, sentence(pooled.rule)) : null,
    );
}

const evidence = (x) =>
    isNumber(x) ? (x >= 1e6 ? 'over 1,000,000' : x < 10 ? decimal2(x) : count(x)) : dash;
