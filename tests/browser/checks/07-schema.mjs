// The charts against Vega-Lite's own schema, by ajv, both at the versions that are pinned.

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {check, Skip} from '../bench.mjs';

function modules(folder, bench) {
    try {
        return resolve(execFileSync('scripts/fetch-npm', [folder, bench.out], {encoding: 'utf8'}).trim());
    } catch (error) {
        throw new Skip(`${folder}: ${String(error.stdout).trim()}`);
    }
}

const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

function validator(bench) {
    const require = createRequire(`${modules('tests/browser', bench)}/`);
    const Ajv = require('ajv');
    const schema = json(`${modules('validate/report', bench)}/vega-lite/build/vega-lite-schema.json`);
    return new Ajv({strict: false, validateFormats: false}).compile(schema);
}

check('every chart is valid by Vega-Lite’s schema, and a broken one is not', (bench) => {
    const valid = validator(bench);
    const charts = readdirSync('validate/report/charts').filter((name) => name.endsWith('.vl.json'));
    assert.ok(charts.length >= 13);
    for (const name of charts)
        assert.ok(
            valid(json(`validate/report/charts/${name}`)),
            `${name}: ${JSON.stringify(valid.errors?.slice(0, 3))}`,
        );
    const broken = json('validate/report/charts/roc.vl.json');
    broken.layer[1].mark.type = 'aera';
    assert.ok(!valid(broken));
});

check('the configuration of the charts is valid as one', (bench) => {
    const valid = validator(bench);
    assert.ok(
        valid({
            ...json('validate/report/charts/roc.vl.json'),
            config: json('validate/report/charts/config.json'),
        }),
        JSON.stringify(valid.errors?.slice(0, 3)),
    );
});
