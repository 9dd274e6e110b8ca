// people.js - accounts by name: those missed, those flagged in vain, and what the model does not look at.

// Signals as chips, with the points of the score that each gave or took.
function chips(signals) {
    if (!signals || signals.length === 0) return null;
    return el(
        'span',
        {class: 'chips'},
        signals.map((s) =>
            el(
                'span',
                {
                    class: 'chip',
                    title: isNumber(s.weight) ? `weight ${decimal(100 * s.weight, 1)} of 100` : null,
                },
                el('bdi', {}, s.signal),
                isNumber(s.points)
                    ? el(
                          'b',
                          {},
                          ` ${s.points > 0 ? '+' : ''}${decimal(s.points, Math.abs(s.points) < 0.95 ? 1 : 0)}`,
                      )
                    : null,
            ),
        ),
    );
}

// The sentence, then the signals that looked healthy and those that warned.
function whyCell(row) {
    const part = (words, signals) =>
        signals && signals.length > 0
            ? el('span', {class: 'drivers'}, el('span', {class: 'note'}, words), chips(signals))
            : null;
    return el(
        'span',
        {},
        row.why ? el('span', {class: 'why'}, row.why) : null,
        part('healthy', row.looked_healthy),
        part('warned', row.warned),
    );
}

const names = (signals) => (signals || []).map((s) => s.signal).join(', ');

// One thing, and in small print below it another.
const twoLines = (first, second) =>
    el('span', {}, el('bdi', {}, first), second ? el('span', {class: 'below-it'}, second) : null);

const accountName = (row) => row.account || (isNumber(row.line) ? `line ${count(row.line)}` : dash);

// Columns that both lists share; those that nobody has a value for are left out.
function personColumns(rows, more) {
    const columns = [
        {
            title: 'Account',
            value: accountName,
            show: (row) => twoLines(accountName(row), row.owner),
            always: true,
        },
        {title: 'Date', value: (row) => row.as_of, narrow: true},
        {
            title: 'Score',
            help: 'Below it, the predicted probability of churn',
            value: (row) => row.score,
            show: (row) =>
                twoLines(decimal(row.score, 1), isNumber(row.probability) ? percent(row.probability) : null),
            number: true,
        },
        {title: 'Zone', value: (row) => row.zone},
        {title: 'Value', value: (row) => row.value, show: (row) => money(row.value), number: true},
        ...more,
    ];
    const present = (x) => x !== null && x !== undefined && x !== '';
    return columns.filter((column) => column.always || rows.some((row) => present(column.value(row))));
}

function missesSection(audit) {
    const summary = audit.miss_summary;
    const rows = audit.misses || [];
    if (!summary && rows.length === 0) return null;
    const columns = personColumns(rows, [
        {
            title: 'Days left',
            help: 'Days from the snapshot to the churn date',
            value: (row) => row.days,
            number: true,
        },
        {title: 'Kind', value: (row) => row.type},
        {
            title: 'Why it looked healthy',
            value: (row) => row.why || names(row.looked_healthy),
            show: whyCell,
            wide: true,
        },
    ]);
    const n = summary ? summary.n : rows.length;
    const types = ((summary && summary.types) || []).filter((type) => type.n > 0);
    return section(
        'misses',
        'Missed churners',
        `${plural(n, 'account')} churned without being flagged${summary && isNumber(summary.value) ? `, worth ${money(summary.value)}` : ''}.${listedWords(summary, rows, 'those of most value first')}`,
        types.length > 0
            ? card(
                  'Why they were missed',
                  table(
                      [
                          {title: 'Kind', value: (row) => row.type, show: (row) => capital(row.type)},
                          {title: capital(things()), value: (row) => row.n, number: true},
                          {
                              title: 'Value',
                              value: (row) => row.value,
                              show: (row) => money(row.value),
                              number: true,
                          },
                          {title: 'What it means', value: (row) => row.meaning, wide: true},
                      ],
                      types,
                      {caption: 'Kinds of missed churners', plain: true},
                  ),
              )
            : null,
        rows.length > 0
            ? card(
                  'Each of them',
                  table(columns, rows, {
                      caption: 'Missed churners',
                      filter: 'Find among the missed',
                      sort: null,
                  }),
              )
            : el('p', {class: 'empty'}, 'No churner was missed.'),
    );
}

function listedWords(summary, rows, order) {
    return summary && summary.listed < summary.n
        ? ` The ${count(rows.length)} listed are ${order}; the errors file has all.`
        : '';
}

function falseAlarmsSection(audit) {
    const summary = audit.false_alarm_summary;
    const rows = audit.false_alarms || [];
    if (!summary && rows.length === 0) return null;
    const columns = personColumns(rows, [
        {title: 'Times flagged', value: (row) => row.alarms, number: true},
        {title: 'Acted on', value: (row) => (row.acted === true ? 'yes' : row.acted === false ? 'no' : null)},
        {
            title: 'What pulled the score down',
            value: (row) => names(row.pulled_down),
            show: (row) => chips(row.pulled_down),
            wide: true,
        },
    ]);
    const n = summary ? summary.n : rows.length;
    return section(
        'false-alarms',
        'False alarms',
        `${plural(n, 'account')} ${n === 1 ? 'was' : 'were'} flagged and stayed.${listedWords(summary, rows, 'those of most value first')}`,
        summary
            ? el('div', {class: 'grid'}, outreachCard(summary), precisionCard(summary), ownersCard(summary))
            : null,
        rows.length > 0
            ? card(
                  'Each of them',
                  table(columns, rows, {caption: 'False alarms', filter: 'Find among the false alarms'}),
              )
            : el('p', {class: 'empty'}, 'Nobody was flagged in vain.'),
    );
}

function outreachCard(summary) {
    const repeated = summary.repeated;
    const rows = [
        ['Flagged', isNumber(summary.flagged) ? count(summary.flagged) : null],
        ['Calls a week', summary.per_week ? estimate(summary.per_week, (x) => decimal(x, 1)) : null],
        ['Cost of calls in vain', summary.contact_cost ? spread(summary.contact_cost) : null],
        [
            'Flagged more than once in vain',
            repeated && isNumber(repeated.accounts) ? plural(repeated.accounts, 'account') : null,
            repeated && isNumber(repeated.alarms) ? `${plural(repeated.alarms, 'alarm')}` : null,
        ],
        [
            'Most often',
            repeated && repeated.most ? repeated.most.account : null,
            repeated && repeated.most ? `${plural(repeated.most.alarms, 'time')}` : null,
        ],
        ['Value of the accounts', isNumber(summary.value) ? money(summary.value) : null],
    ];
    return facts(rows) ? card('The load on the team', facts(rows)) : null;
}

function precisionCard(summary) {
    const zones = (summary.zones || []).filter((zone) => zone.flagged > 0);
    return zones.length > 0
        ? card(
              'How often an alarm was right, by zone',
              table(
                  [
                      {title: 'Zone', value: (row) => row.zone},
                      {title: 'Flagged', value: (row) => row.flagged, number: true},
                      {title: 'Right', value: (row) => row.right, number: true},
                      {
                          title: 'Precision',
                          value: (row) => row.precision,
                          show: (row) =>
                              estimateCell({value: row.precision, interval: row.interval}, percent),
                          number: true,
                      },
                  ],
                  zones,
                  {caption: 'Precision by zone', plain: true},
              ),
          )
        : null;
}

function ownersCard(summary) {
    const owners = summary.by_owner || [];
    return owners.length > 0
        ? el(
              'div',
              {class: 'card wide'},
              el('h3', {}, 'By owner'),
              table(
                  [
                      {title: 'Owner', value: (row) => row.owner, show: (row) => row.owner || 'no owner'},
                      {title: 'Flagged', value: (row) => row.flagged, number: true},
                      {
                          title: 'A week',
                          value: (row) => row.flagged_per_week,
                          show: (row) => decimal(row.flagged_per_week, 1),
                          number: true,
                      },
                      {title: 'Right', value: (row) => row.right, number: true},
                      {title: 'In vain', value: (row) => row.vain, number: true},
                      {
                          title: 'Precision',
                          value: (row) => row.precision && row.precision.value,
                          show: (row) => estimateCell(row.precision, percent),
                          number: true,
                      },
                  ],
                  owners,
                  {caption: 'Outreach by owner', filter: 'Find an owner', sort: [1, 'descending']},
              ),
          )
        : null;
}

function unusedSection(audit) {
    const unused = audit.unused_columns;
    if (!unused) return null;
    const rows = unused.columns || [];
    return section(
        'unused',
        'Columns the model does not use',
        'Would any other column of the file have helped to tell churners, beyond what the score already says? Strongest first; false findings are held down across all columns (q).',
        unused.refused ? el('p', {class: 'empty'}, unused.refused) : null,
        rows.length > 0
            ? card(
                  null,
                  table(
                      [
                          {title: 'Column', value: (row) => row.column},
                          {
                              title: 'What it says',
                              value: (row) => row.words,
                              show: (row) =>
                                  row.suspicious
                                      ? el(
                                            'span',
                                            {},
                                            el('span', {class: 'pill bad'}, icon('warn'), 'too good'),
                                            ' ',
                                            row.words,
                                        )
                                      : row.words,
                              wide: true,
                          },
                          {
                              title: 'χ²',
                              value: (row) => row.chi2,
                              show: (row) => `${decimal(row.chi2, 1)}${row.df > 1 ? ` on ${row.df}` : ''}`,
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
                          {title: 'Rows', value: (row) => row.n, number: true},
                          {title: 'Missing', value: (row) => row.missing, number: true},
                      ],
                      rows,
                      {caption: 'Columns the model does not use', filter: 'Find a column'},
                  ),
              )
            : null,
        unused.skipped && unused.skipped.length > 0
            ? el(
                  'details',
                  {class: 'card'},
                  el('summary', {}, `${plural(unused.skipped.length, 'column')} not tested`),
                  table(
                      [
                          {title: 'Column', value: (row) => row.column},
                          {title: 'Why', value: (row) => row.why, wide: true},
                      ],
                      unused.skipped,
                      {caption: 'Columns not tested', plain: true},
                  ),
              )
            : null,
    );
}
