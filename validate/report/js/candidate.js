// candidate.js - a model that is not released yet: what it weighs, how well it tells, and what changes.

function candidateHead(doc) {
    const model = doc.model;
    const training = model.training_data || {};
    return {
        kind: 'Candidate model, not released yet',
        title: model.name,
        subtitle: [
            model.created,
            `${count(training.used)} snapshots`,
            isNumber(model.fit && model.fit.events) ? `${count(model.fit.events)} churned` : null,
            training.from ? `${training.from} to ${training.to}` : null,
        ]
            .filter(Boolean)
            .join(' · '),
        window: `Candidate ${model.name}`,
    };
}

// The line is where the model says: the audit's parts find it there.
function withLine(doc) {
    const score = doc.model.score || {};
    return {...doc, line: {score: score.at_risk_score, probability: score.at_risk_probability}};
}

// Whether held-out log loss tells the two apart, and which way.
function yardstickWords(yardstick, other) {
    const change = yardstick && yardstick.log_loss_change;
    if (!change || !isNumber(change.value) || !change.interval) return null;
    const on = `On ${count(yardstick.n)} held-out snapshots (${count(yardstick.events)} churned)`;
    const range = interval(change.interval, decimal4);
    if (change.interval[1] < 0)
        return `${on} the new weights predict better than ${other}: log loss is lower by ${decimal4(-change.value)} (difference ${range}).`;
    if (change.interval[0] > 0)
        return `${on} the new weights predict worse than ${other}: log loss is higher by ${decimal4(change.value)} (difference ${range}).`;
    return `${on} the new weights and ${other} cannot be told apart by log loss, which differs by ${decimal4(change.value)} (${range}).`;
}

function worthSection({model}) {
    const y = model.yardsticks || {};
    const rival = y.champion || y.equal_weights;
    if (!rival) return null;
    const change = rival.log_loss_change;
    const better = change && change.interval && change.interval[1] < 0;
    const worse = change && change.interval && change.interval[0] > 0;
    const [kind, word] = better
        ? ['good', 'Predicts better']
        : worse
          ? ['bad', 'Predicts worse']
          : ['open', 'No clear difference'];
    const sentences = [
        [y.champion, 'the champion'],
        [y.champion_recalibrated, 'the champion recalibrated'],
        [y.equal_weights, 'equal weights'],
    ]
        .map(([stick, name]) => yardstickWords(stick, name))
        .filter(Boolean);
    const rows = [
        ['Equal weights', y.equal_weights],
        ['Champion as it is', y.champion],
        ['Champion recalibrated', y.champion_recalibrated],
    ]
        .filter(([, stick]) => stick)
        .map(([name, stick]) => ({name, ...stick}));
    return el(
        'section',
        {
            id: 'verdict',
            class: `verdict ${kind}`,
            'aria-labelledby': 'verdict-title',
            'data-title': 'Is it worth it?',
        },
        el(
            'div',
            {class: 'verdict-head'},
            el('span', {class: 'badge'}, icon(kind)),
            el(
                'div',
                {},
                el(
                    'h2',
                    {id: 'verdict-title'},
                    word,
                    el('span', {class: 'unseen'}, y.champion ? ' than the champion' : ' than equal weights'),
                ),
                el('p', {class: 'headline'}, sentences[0]),
            ),
        ),
        list(sentences.slice(1)),
        table(
            [
                {title: 'Beside', value: (row) => row.name},
                {title: 'Its AUC', value: (row) => row.auc, show: (row) => decimal(row.auc), number: true},
                {
                    title: 'AUC, gain',
                    value: (row) => row.auc_gain && row.auc_gain.value,
                    show: (row) => estimateCell(row.auc_gain, decimal4),
                    number: true,
                },
                {
                    title: 'Log loss, change',
                    value: (row) => row.log_loss_change && row.log_loss_change.value,
                    show: (row) => estimateCell(row.log_loss_change, decimal4),
                    number: true,
                },
                {title: 'Snapshots', value: (row) => row.n, number: true},
            ],
            rows,
            {caption: 'Held-out predictions beside simpler answers', plain: true},
        ),
    );
}

const performanceNames = [
    ['apparent', 'Apparent', 'on the rows it was fitted to'],
    ['optimism_corrected', 'Optimism-corrected', 'by resampling'],
    ['cross_validated', 'Cross-validated', 'on accounts left out of the fit'],
    ['out_of_time', 'Out of time', 'on the last period'],
];

function performanceSection({model}) {
    const present = performanceNames.filter(([key]) => model.performance && model.performance[key]);
    const metrics = [
        'auc',
        'sensitivity',
        'specificity',
        'ppv',
        'brier',
        'log_loss',
        'calibration_slope',
        'oe_ratio',
    ];
    if (present.length === 0) return null;
    return section(
        'performance',
        'How well it tells',
        'Apparent figures flatter a model; the others are what to expect.',
        el(
            'div',
            {class: 'card'},
            table(
                [
                    {title: 'Figure', value: (name) => metricLabel(name)},
                    ...present.map(([key, title, help]) => ({
                        title,
                        help,
                        value: (name) => model.performance[key][name] && model.performance[key][name].value,
                        show: (name) => estimateCell(model.performance[key][name], metricShow(name)),
                        number: true,
                    })),
                ],
                metrics,
                {caption: 'Performance', plain: true},
            ),
            el(
                'p',
                {class: 'note'},
                present
                    .map(
                        ([key, title, help]) =>
                            `${title}: ${help}, ${count(model.performance[key].n)} snapshots (${count(model.performance[key].events)} churned)`,
                    )
                    .join('; ') + '.',
            ),
        ),
    );
}

function weightRows(model) {
    const before = new Map(
        ((model.changes && model.changes.weights) || []).map((row) => [row.name, row.before]),
    );
    const anchors = (model.fit && model.fit.anchor_weights) || [];
    return (model.signals || []).map((signal, j) => ({
        signal: signal.name,
        dimension: signal.dimension,
        weight: signal.weight,
        interval: signal.weight_interval,
        champion_weight: before.size > 0 ? before.get(signal.name) : anchors[j],
    }));
}

function weightsSection({model}) {
    const fit = model.fit || {};
    const anchor =
        fit.anchor && fit.anchor !== 'none'
            ? `Anchored on ${fit.anchor === 'champion' ? 'the champion’s weights' : fit.anchor === 'equal' ? 'equal weights' : 'the team’s own weights'}, strength ${decimal(fit.strength, 2).replace(/\.?0+$/, '')}${fit.strength_chosen ? ' (chosen by cross-validation)' : ''}.`
            : 'No anchor: plain maximum likelihood.';
    const before = model.changes ? 'the champion' : 'the anchor';
    return section(
        'weights',
        'Weights',
        `${anchor} Intervals are what the data alone say.`,
        gridOf([weightsFigure(weightRows(model), before)]),
        unconstrainedCard(fit.unconstrained),
    );
}

function unconstrainedCard(fit) {
    if (!fit || !fit.coefficients) return null;
    return el(
        'details',
        {class: 'card'},
        el('summary', {}, 'Unconstrained maximum likelihood'),
        table(
            [
                {title: 'Coefficient', value: (row) => row.name},
                {
                    title: 'Estimate',
                    value: (row) => row.estimate,
                    show: (row) => estimateCell({value: row.estimate, interval: row.interval}),
                    number: true,
                },
                {
                    title: 'Standard error',
                    value: (row) => row.std_error,
                    show: (row) => decimal(row.std_error),
                    number: true,
                },
                {title: 'z', value: (row) => row.z, show: (row) => decimal2(row.z), number: true},
                {title: 'p', value: (row) => row.p_value, show: (row) => pValue(row.p_value), number: true},
            ],
            fit.coefficients,
            {caption: 'Log-odds of churn per 100 points'},
        ),
    );
}

function changesSection({model}) {
    const changes = model.changes;
    if (!changes) return null;
    const inPoints = (e) =>
        e && isNumber(e.value)
            ? {value: 100 * e.value, interval: (e.interval || []).map((x) => (isNumber(x) ? 100 * x : null))}
            : null;
    const part = (title, key) => ({
        title,
        value: (row) => row[key] && row[key].value,
        show: (row) => estimateCell(inPoints(row[key]), (x) => decimal(x, 1)),
        number: true,
    });
    return section(
        'changes',
        'What changed against the champion',
        'Points of 100, and where the change comes from.',
        el(
            'div',
            {class: 'card'},
            el('h3', {}, 'Weights'),
            table(
                [
                    {title: 'Signal', value: (row) => row.name},
                    {
                        title: 'Before',
                        value: (row) => row.before,
                        show: (row) => decimal(100 * row.before, 1),
                        number: true,
                    },
                    {
                        title: 'After',
                        value: (row) => row.after,
                        show: (row) => decimal(100 * row.after, 1),
                        number: true,
                    },
                    part('New data', 'data'),
                    part('New baselines', 'baselines'),
                    part('Method or limits', 'method'),
                    {
                        title: 'Accounts that pulled most',
                        value: (row) => (row.accounts || []).map((a) => a.account).join(', '),
                        wide: true,
                    },
                ],
                changes.weights,
                {caption: 'Weights before and after'},
            ),
        ),
        gridOf([
            changes.zones ? card('Between zones', movesTable(changes.zones)) : null,
            beforeAfterCard(changes.performance),
        ]),
    );
}

function beforeAfterCard(performance) {
    if (!performance || !performance.before || !performance.after) return null;
    const metrics = ['auc', 'sensitivity', 'specificity', 'ppv', 'brier', 'log_loss'];
    return card(
        'On the same later snapshots',
        table(
            [
                {title: 'Figure', value: (name) => metricLabel(name)},
                {
                    title: 'Champion',
                    value: (name) => performance.before[name] && performance.before[name].value,
                    show: (name) => estimateCell(performance.before[name], metricShow(name)),
                    number: true,
                },
                {
                    title: 'Candidate',
                    value: (name) => performance.after[name] && performance.after[name].value,
                    show: (name) => estimateCell(performance.after[name], metricShow(name)),
                    number: true,
                },
            ],
            metrics,
            {caption: 'Champion and candidate', plain: true},
        ),
    );
}

function trainingSection({model}) {
    const score = model.score || {};
    const training = model.training_data || {};
    const warnings = (model.fit && model.fit.warnings) || [];
    return section(
        'record',
        'Data and provenance',
        null,
        warnings.length > 0 ? card('To bear in mind', list(warnings)) : null,
        gridOf([
            dataCard({
                ...training,
                events: model.fit && model.fit.events,
                accounts: model.fit && model.fit.accounts,
            }),
            card(
                'Model',
                modelFacts(model),
                facts([
                    ['Line', `score below ${decimal(score.at_risk_score, 0)}`],
                    [
                        'That is a probability of',
                        isNumber(score.at_risk_probability) ? percent(score.at_risk_probability) : null,
                    ],
                    [
                        'Points that halve the odds',
                        isNumber(score.points_to_halve_odds) ? decimal(score.points_to_halve_odds, 0) : null,
                    ],
                ]),
            ),
            model.parent ? card('Parent', modelFacts(model.parent)) : null,
        ]),
    );
}

// Of a first look nothing was held out: the snapshots of the fit stand in.
function isHeldOut(doc) {
    return !doc.data || doc.data.held_out !== false;
}

function heldOutSection(doc) {
    return section(
        'telling',
        isHeldOut(doc) ? 'On held-out snapshots' : 'On the snapshots of the fit',
        isHeldOut(doc)
            ? 'Every prediction here was made by a fit that had not seen the account.'
            : 'Nothing was held out: every prediction here was made by a fit that had seen the account, and flatters it.',
        gridOf([
            rocFigure(doc),
            calibrationFigure(doc),
            zonesFigure(doc),
            distributionFigure(doc),
            gainsFigure(doc),
            precisionRecallFigure(doc),
            ...decisionFigures(doc),
        ]),
    );
}

function heldOutFiguresSection(doc) {
    const title = isHeldOut(doc) ? 'All held-out figures' : 'All figures, of the snapshots of the fit';
    return section('all-figures', title, null, metricsCard(doc.metrics, null));
}

const candidateSections = [
    worthSection,
    tilesSection,
    weightsSection,
    performanceSection,
    heldOutSection,
    changesSection,
    heldOutFiguresSection,
    trainingSection,
];
