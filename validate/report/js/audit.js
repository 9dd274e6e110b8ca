// audit.js - an audit, in the order in which it is read: the verdict and what to do, how well the score
// tells, the people, the groups, what came of it, what changed, and the record.

function auditHead(audit) {
    const data = audit.data || {};
    const subject = audit.model
        ? `${audit.model.name} ${audit.model.version}`
        : `score column ${audit.score_column}`;
    const period = data.from
        ? data.from === data.to
            ? `snapshots of ${data.from}`
            : `snapshots of ${data.from} to ${data.to}`
        : null;
    const accounts = `${plural(data.used, thing)}${thing === 'snapshot' ? ` of ${plural(data.accounts, 'account')}` : ''}`;
    const churned =
        data.used > 0 && isNumber(data.events)
            ? `${count(data.events)} churned (${percent(data.events / data.used)})`
            : null;
    return {
        kind: 'Health score audit',
        title: audit.model ? audit.model.name : audit.score_column,
        subtitle: [
            audit.model ? audit.model.version : 'score column',
            period,
            accounts,
            churned,
            `flagged: ${lineWords(audit.line, audit.higher_is)}`,
        ]
            .filter(Boolean)
            .join(' · '),
        window: `Audit of ${subject}`,
    };
}

function tellingSection(audit) {
    return section(
        'telling',
        'How well the score tells',
        null,
        gridOf([
            rocFigure(audit),
            calibrationFigure(audit),
            zonesFigure(audit),
            distributionFigure(audit),
            weightsFigure(audit.weights, 'the model in force'),
        ]),
    );
}

function quartersSection(audit) {
    return section('quarters', 'Quarter by quarter', null, gridOf(periodsFigures(audit)));
}

function callsSection(audit) {
    return section(
        'calls',
        'Whom to call',
        null,
        gridOf([...decisionFigures(audit), gainsFigure(audit), precisionRecallFigure(audit)]),
    );
}

function allFiguresSection(audit) {
    return section('all-figures', 'All figures', null, metricsCard(audit.metrics, null));
}

const auditSections = [
    interimSection,
    verdictSection,
    todoSection,
    tilesSection,
    suretySection,
    tellingSection,
    quartersSection,
    callsSection,
    missesSection,
    falseAlarmsSection,
    blindSpotsSection,
    segmentsSection,
    unusedSection,
    actedOnSection,
    leadTimeSection,
    impactSection,
    comparisonSection,
    driftSection,
    allFiguresSection,
    recordSection,
    absentSection,
];
