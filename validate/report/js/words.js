// words.js - numbers and names as people read them. What is not there is a dash.

const dash = '–';
const minus = '−';
const isNumber = (x) => typeof x === 'number' && Number.isFinite(x);

const whole = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});

function count(x) {
    return isNumber(x) ? whole.format(x).replace('-', minus) : dash;
}

function decimal(x, digits = 3) {
    if (!isNumber(x)) return dash;
    const text = x.toFixed(digits).replace('-', minus);
    return Number(x.toFixed(digits)) === 0 ? text.replace(minus, '') : text;
}

function percent(x, digits = 1) {
    return isNumber(x) ? `${decimal(100 * x, digits)}%` : dash;
}

// In the currency of the file: large ones are shortened.
function money(x) {
    if (!isNumber(x)) return dash;
    const size = Math.abs(x);
    if (size >= 1e9) return `${decimal(x / 1e9, 2)} bn`;
    return size >= 1e7 ? `${decimal(x / 1e6, 1)} m` : count(x);
}

function pValue(p) {
    if (!isNumber(p)) return dash;
    return p < 0.001 ? '< 0.001' : decimal(p, 3);
}

function days(x) {
    return isNumber(x) ? `${decimal(x, Number.isInteger(x) ? 0 : 1)} day${x === 1 ? '' : 's'}` : dash;
}

const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many || `${one}s`}`;

const capital = (text) => (text ? text[0].toUpperCase() + text.slice(1) : text);

// As a sentence of its own: sections write them without a full stop, or with.
const sentence = (text) => (text ? `${capital(text)}${/[.!?:]$/.test(text) ? '' : '.'}` : '');

// Sentences may begin with the word that stands above them already, larger.
const withoutWord = (text, words) =>
    sentence(text.replace(new RegExp(`^(${words.join('|')})\\s*[:;,.]\\s*`, 'i'), ''));

// What a row is: an account, or one of several snapshots of it.
let thing = 'account';
const nameThings = (word) => {
    thing = word;
};
const things = () => `${thing}s`;

// "70.3% to 85.5%"; an open end is said.
function interval(ends, show = decimal) {
    if (!Array.isArray(ends) || (!isNumber(ends[0]) && !isNumber(ends[1]))) return null;
    if (!isNumber(ends[0])) return `up to ${show(ends[1])}`;
    if (!isNumber(ends[1])) return `from ${show(ends[0])}`;
    const [low, high] = ends.map((x) => show(x));
    const unit = low.match(/[^\d.]*$/)[0];
    return unit !== '' && high.endsWith(unit)
        ? `${low.slice(0, -unit.length)} to ${high}`
        : `${low} to ${high}`;
}

// {value, interval} as "78.9% (70.3 to 85.5%)".
function estimate(e, show = decimal) {
    if (!e || !isNumber(e.value)) return dash;
    const range = interval(e.interval, show);
    return range ? `${show(e.value)} (${range})` : show(e.value);
}

// The same for a cell: the interval is small print.
function estimateCell(e, show = decimal) {
    if (!e || !isNumber(e.value)) return dash;
    const range = interval(e.interval, show);
    return el('span', {}, show(e.value), range ? el('span', {class: 'range'}, ` ${range}`) : null);
}

// {low, value, high} of an assumption or an amount.
function spread(s, show = money) {
    if (!s || !isNumber(s.value)) return dash;
    return isNumber(s.low) && isNumber(s.high) && s.low !== s.high
        ? `${show(s.value)} (${show(s.low)} to ${show(s.high)})`
        : show(s.value);
}

const decimal2 = (x) => decimal(x, 2);
const decimal4 = (x) => decimal(x, 4);

// name, what it says, how it is shown, what is good.
const metricWords = {
    sensitivity: ['Sensitivity', 'of the churners were flagged beforehand', percent, 'higher'],
    specificity: ['Specificity', 'of those who stayed were left alone', percent, 'higher'],
    ppv: ['Precision (PPV)', 'of the flagged accounts churned', percent, 'higher'],
    npv: ['NPV', 'of the accounts not flagged stayed', percent, 'higher'],
    prevalence: ['Churn rate', 'of all accounts churned', percent, null],
    accuracy: ['Accuracy', 'of the accounts were on the right side of the line', percent, 'higher'],
    flagged_share: ['Flagged', 'of all accounts were flagged', percent, null],
    balanced_accuracy: ['Balanced accuracy', 'mean of sensitivity and specificity', percent, 'higher'],
    f1: ['F1', 'harmonic mean of precision and sensitivity', decimal, 'higher'],
    mcc: ['Matthews correlation', 'between flagged and churned', decimal, 'higher'],
    auc: ['AUC', 'chance that a churner ranks as riskier than one who stayed', decimal, 'higher'],
    auc_logit: ['AUC, interval on the logit scale', 'the same, for small samples', decimal, 'higher'],
    gini: ['Gini', 'twice the AUC less one', decimal, 'higher'],
    ks: ['KS', 'largest gap between the scores of churners and of the others', decimal, 'higher'],
    average_precision: ['Average precision', 'area under precision and recall', decimal, 'higher'],
    brier: ['Brier score', 'mean squared error of the probability', decimal4, 'lower'],
    brier_scaled: [
        'Scaled Brier',
        'share of the error of a constant guess that is explained',
        decimal,
        'higher',
    ],
    log_loss: ['Log loss', 'mean surprise at what happened', decimal4, 'lower'],
    calibration_intercept: [
        'Calibration intercept',
        '0: as much churn as predicted overall',
        decimal,
        'zero',
    ],
    calibration_slope: ['Calibration slope', '1: predictions neither too bold nor too timid', decimal, 'one'],
    oe_ratio: ['Observed / expected', 'churners beside what was predicted', decimal, 'one'],
    ici: ['ICI', 'mean gap between predicted and observed risk', decimal4, 'lower'],
    e50: ['E50', 'median gap between predicted and observed risk', decimal4, 'lower'],
    e90: ['E90', 'gap that nine in ten stay below', decimal4, 'lower'],
    emax: ['Emax', 'largest gap between predicted and observed risk', decimal4, 'lower'],
    spiegelhalter_z: ['Spiegelhalter z', 'beyond ±1.96: probabilities do not fit', decimal2, 'zero'],
    net_benefit: [
        'Net benefit at the line',
        'churners reached less the cost of false alarms, per account',
        decimal4,
        'higher',
    ],
    lift_top_decile: ['Lift of the top tenth', 'times the average churn rate', decimal2, 'higher'],
};

function metricLabel(name) {
    return metricWords[name] ? metricWords[name][0] : capital(name.replaceAll('_', ' '));
}

function metricShow(name) {
    return metricWords[name] ? metricWords[name][2] : decimal;
}

// Differences of shares are in points of a hundred.
const points = (x) => (isNumber(x) ? `${decimal(100 * x, 1)} points` : dash);
const differenceShow = (name) => (metricShow(name) === percent ? points : metricShow(name));

// A target is "at least" a number, or a range.
function targetWords(name, low, high) {
    const show = (x) => metricShow(name)(x).replace(/\.0%$/, '%');
    if (isNumber(low) && isNumber(high)) return `${show(low)} to ${show(high)}`;
    return isNumber(low) ? `at least ${show(low)}` : isNumber(high) ? `at most ${show(high)}` : null;
}
