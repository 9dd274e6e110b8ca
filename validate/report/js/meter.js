// meter.js - a figure, its interval and its target on one line, from 0 to 100%. The words beside it say the
// same: to a screen reader it is not there.

function meter(e, target, domain = [0, 1]) {
    if (!e || !isNumber(e.value)) return null;
    const at = (x) =>
        `${(100 * (Math.min(Math.max(x, domain[0]), domain[1]) - domain[0])) / (domain[1] - domain[0])}%`;
    const [low, high] = (e.interval || []).map((x, k) => (isNumber(x) ? x : domain[k]));
    const aims = [target].flat().filter(isNumber);
    return svg(
        'svg',
        {class: 'meter', width: '100%', height: '26', 'aria-hidden': 'true', focusable: 'false'},
        svg('line', {class: 'track', x1: '0', x2: '100%', y1: '13', y2: '13'}),
        isNumber(low) ? svg('line', {class: 'range', x1: at(low), x2: at(high), y1: '13', y2: '13'}) : null,
        ...aims.map((aim) => svg('line', {class: 'aim', x1: at(aim), x2: at(aim), y1: '3', y2: '23'})),
        svg('circle', {class: 'dot', cx: at(e.value), cy: '13', r: '6'}),
    );
}
