// bench.mjs - what checks work with: pages made of documents, opened in the browser; files to look at later.

import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, statSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {Chromium, findChromium} from './chromium.mjs';
import * as fixtures from './fixtures.mjs';

export const checks = [];

// A name that says what holds, and what finds out: it throws when it does not.
export function check(name, run) {
    checks.push({name, run});
}

export class Skip extends Error {}

export const documents = {
    full: fixtures.full(),
    hostile: fixtures.hostile(),
    sparse: fixtures.sparse(),
    candidate: fixtures.candidate(),
};

export class Bench {
    constructor(build) {
        this.build = build;
        this.program = `${build}/tests/browser/page`;
        this.out = `${build}/browser`;
        this.hasCharts = this.asked('--has-charts');
        this.made = new Map();
        this.shared = new Map();
        mkdirSync(this.out, {recursive: true});
        this.browser = new Chromium(findChromium());
    }

    asked(question) {
        try {
            execFileSync(this.program, [question]);
            return true;
        } catch (error) {
            if (error.status === 1) return false;
            throw error;
        }
    }

    needsCharts() {
        if (!this.hasCharts) throw new Skip('built without charts');
    }

    file(name) {
        return `${this.out}/${name}`;
    }

    keep(name, bytes) {
        writeFileSync(this.file(name), bytes);
    }

    // The page of a document, written once.
    write(name, doc = documents[name]) {
        if (!this.made.has(name)) {
            const path = this.file(`${name}.html`);
            writeFileSync(
                path,
                execFileSync(this.program, [`Report: ${name}`], {
                    input: JSON.stringify(doc),
                    maxBuffer: 1 << 28,
                }),
            );
            this.made.set(name, path);
        }
        return this.made.get(name);
    }

    // The page by name, or a file that another program made, opened with a view (see Page.look).
    async open(name, view = {}) {
        const path = existsSync(name) ? name : this.write(name);
        const page = await this.browser.page();
        await page.look(view);
        await page.open(pathToFileURL(resolve(path)).href);
        return page;
    }

    // Opens, hands to a function, closes whatever happens.
    async with(name, view, use) {
        const page = await this.open(name, view);
        try {
            return await use(page);
        } finally {
            await page.close();
        }
    }

    // The same for checks that only look: they share one page.
    async reading(name, use) {
        if (!this.shared.has(name)) this.shared.set(name, await this.open(name));
        return use(this.shared.get(name));
    }

    size(name) {
        return statSync(this.write(name)).size;
    }

    close() {
        return this.browser.close();
    }
}
