// run.mjs - runs the checks, one after the other, in one browser.

import {readdirSync} from 'node:fs';
import {Bench, checks, Skip} from './bench.mjs';

const bench = new Bench(process.argv[2]);
const here = new URL('checks/', import.meta.url);
for (const name of readdirSync(here).sort()) await import(new URL(name, here));

let passed = 0,
    failed = 0,
    skipped = 0;
try {
    for (const {name, run} of checks) {
        try {
            await run(bench);
            passed += 1;
        } catch (error) {
            if (error instanceof Skip) {
                skipped += 1;
                console.log(`skipped: ${name}: ${error.message}`);
            } else {
                failed += 1;
                console.log(`failed: ${name}\n  ${String(error.message).replaceAll('\n', '\n  ')}`);
            }
        }
    }
} finally {
    await bench.close();
}
console.log(`browser: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
