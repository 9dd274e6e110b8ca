// zones.js - the score as people meet it: its zones, and the weights it is made of.

// The healthiest zone is green, the one next to it calm, all below the line warm.
function zoneColour(at, n) {
    if (at === n - 1) return 'var(--zone-good)';
    if (at === 0) return 'var(--zone-bad)';
    return at < n / 2 ? 'var(--zone-warn)' : 'var(--zone-calm)';
}

function zonesFigure(doc) {
    const zones = known(doc.zones, 'n');
    if (zones.length === 0) return null;
    const prevalence = doc.metrics && doc.metrics.prevalence ? doc.metrics.prevalence.value : null;
    const highest = Math.max(
        ...zones.map((zone) => Math.max(zone.rate || 0, (zone.interval && zone.interval[1]) || 0)),
    );
    const rows = zones.map((zone, k) => ({
        label: zone.name,
        rate: zone.rate,
        n: zone.n,
        events: zone.events,
        colour: zoneColour(k, zones.length),
        ...ends(zone),
        range: interval(zone.interval, percent) || dash,
        words: `${percent(zone.rate)} churned: ${count(zone.events)} of ${count(zone.n)}${isNumber(zone.value_lost) ? `, ${money(zone.value_lost)} lost` : ''}`,
    }));
    const withValue = zones.some((zone) => isNumber(zone.value));
    return figure({
        title: 'Churn by zone',
        note: `Share of each zone that churned, with its ${range95}.${isNumber(prevalence) ? ` All accounts: ${percent(prevalence)}.` : ''}`,
        charts: chart(
            'zones',
            {zones: rows},
            {
                params: {limit: Math.min(1, Math.ceil(highest * 10.5) / 10) || 1},
                label: rows.map((row) => `${row.label}: ${row.words}`).join('; '),
            },
        ),
        columns: [
            {
                title: 'Zone',
                value: (zone) => zone.from,
                show: (zone) => `${zone.name}, from ${decimal(zone.from, 0)}`,
            },
            {
                title: 'Churned',
                value: (zone) => zone.rate,
                show: (zone) => estimateCell({value: zone.rate, interval: zone.interval}, percent),
                number: true,
            },
            {title: 'Churners', value: (zone) => zone.events, number: true},
            {title: capital(things()), value: (zone) => zone.n, number: true},
            ...(withValue
                ? [
                      {
                          title: 'Value',
                          value: (zone) => zone.value,
                          show: (zone) => money(zone.value),
                          number: true,
                      },
                      {
                          title: 'Value lost',
                          value: (zone) => zone.value_lost,
                          show: (zone) => money(zone.value_lost),
                          number: true,
                      },
                  ]
                : []),
        ],
        rows: zones,
    });
}

// before: what the tick is, e.g. "the model in force".
function weightsFigure(weights, before, note) {
    const rows = known(weights, 'weight');
    if (rows.length === 0) return null;
    const hundredths = (x) => (isNumber(x) ? 100 * x : null);
    const compared = rows.some((row) => isNumber(row.champion_weight));
    const one = (x) => decimal(x, 1);
    return figure({
        title: 'Weights of the signals',
        note: `What each signal contributes to the score, in points of 100, with its ${range95}.${compared ? ` Tick: ${before}.` : ''}${note ? ` ${note}` : ''}`,
        wide: true,
        charts: chart(
            'weights',
            {
                weights: rows.map((row) => ({
                    signal: row.signal,
                    dimension: row.dimension || dash,
                    weight: hundredths(row.weight),
                    before: hundredths(row.champion_weight),
                    low: row.interval ? hundredths(row.interval[0]) : null,
                    high: row.interval ? hundredths(row.interval[1]) : null,
                    range: interval((row.interval || []).map(hundredths), one) || dash,
                    beforeText: one(hundredths(row.champion_weight)),
                })),
                before: known(rows, 'champion_weight').map((row) => ({
                    signal: row.signal,
                    before: hundredths(row.champion_weight),
                })),
            },
            {label: 'Weights of the signals with their intervals'},
        ),
        columns: [
            {title: 'Signal', value: (row) => row.signal},
            {title: 'Dimension', value: (row) => row.dimension},
            {
                title: 'Weight',
                value: (row) => row.weight,
                show: (row) =>
                    estimateCell(
                        {value: hundredths(row.weight), interval: (row.interval || []).map(hundredths)},
                        one,
                    ),
                number: true,
            },
            ...(compared
                ? [
                      {
                          title: capital(before),
                          value: (row) => row.champion_weight,
                          show: (row) => one(hundredths(row.champion_weight)),
                          number: true,
                      },
                      {
                          title: 'Change',
                          value: (row) => row.weight - row.champion_weight,
                          show: (row) => one(hundredths(row.weight - row.champion_weight)),
                          number: true,
                      },
                  ]
                : []),
        ],
        rows,
    });
}
