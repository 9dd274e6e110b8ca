// chromium.mjs - a headless Chromium, driven over a pipe in its own protocol (CDP): no port, no packages.

import {spawn} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';

export function findChromium() {
    const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].filter(Boolean);
    const places = (process.env.PATH || '').split(delimiter);
    return (
        names
            .flatMap((name) => (name.includes('/') ? [name] : places.map((place) => join(place, name))))
            .find((path) => existsSync(path)) || null
    );
}

export class Chromium {
    constructor(path) {
        this.profile = mkdtempSync(join(tmpdir(), 'assay-browser-'));
        // --no-sandbox: in a container we are root. Nothing is loaded but files of our own.
        this.process = spawn(
            path,
            [
                '--headless=new',
                '--no-sandbox',
                '--disable-gpu',
                '--disable-dev-shm-usage',
                '--no-first-run',
                '--disable-background-networking',
                '--disable-component-update',
                '--disable-extensions',
                '--hide-scrollbars',
                '--force-color-profile=srgb',
                '--remote-debugging-pipe',
                `--user-data-dir=${this.profile}`,
                'about:blank',
            ],
            {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']},
        );
        this.calls = new Map();
        this.listeners = new Set();
        this.next = 1;
        this.rest = [];
        this.process.stdio[4].on('data', (bytes) => this.read(bytes));
        this.process.on('exit', () => {
            for (const call of this.calls.values()) call.fail(new Error('Chromium ended'));
        });
    }

    // Messages end with a NUL byte.
    read(bytes) {
        let from = 0;
        for (let end = bytes.indexOf(0, from); end >= 0; end = bytes.indexOf(0, from)) {
            this.rest.push(bytes.subarray(from, end));
            this.take(JSON.parse(Buffer.concat(this.rest).toString()));
            this.rest = [];
            from = end + 1;
        }
        this.rest.push(bytes.subarray(from));
    }

    take(message) {
        const call = this.calls.get(message.id);
        if (call) {
            this.calls.delete(message.id);
            if (message.error) call.fail(new Error(`${call.method}: ${message.error.message}`));
            else call.done(message.result);
        } else {
            this.listeners.forEach((listener) => listener(message));
        }
    }

    send(method, params = {}, sessionId = undefined) {
        const id = this.next++;
        return new Promise((done, fail) => {
            this.calls.set(id, {done, fail, method});
            this.process.stdio[3].write(`${JSON.stringify({id, method, params, sessionId})}\0`);
        });
    }

    async page() {
        const {targetId} = await this.send('Target.createTarget', {url: 'about:blank'});
        const {sessionId} = await this.send('Target.attachToTarget', {targetId, flatten: true});
        const page = new Page(this, targetId, sessionId);
        await Promise.all(
            ['Page', 'Runtime', 'Network', 'Log'].map((domain) => page.send(`${domain}.enable`)),
        );
        return page;
    }

    async close() {
        const ended = new Promise((done) => this.process.on('exit', done));
        this.send('Browser.close').catch(() => {});
        const timer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
        await ended;
        clearTimeout(timer);
        rmSync(this.profile, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
    }
}

// One tab; what it complained about and what it asked the network for.
class Page {
    constructor(browser, targetId, sessionId) {
        Object.assign(this, {browser, targetId, sessionId, complaints: [], requests: []});
        this.listener = (message) =>
            message.sessionId === sessionId && this.hear(message.method, message.params);
        browser.listeners.add(this.listener);
    }

    hear(method, params) {
        if (method === 'Runtime.exceptionThrown')
            this.complaints.push(
                `exception: ${params.exceptionDetails.exception?.description || params.exceptionDetails.text}`,
            );
        else if (
            method === 'Runtime.consoleAPICalled' &&
            ['error', 'warning', 'assert'].includes(params.type)
        )
            this.complaints.push(
                `console: ${params.args.map((arg) => arg.value ?? arg.description).join(' ')}`,
            );
        else if (method === 'Log.entryAdded' && ['error', 'warning'].includes(params.entry.level))
            this.complaints.push(`log: ${params.entry.text}`);
        else if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
    }

    send(method, params = {}) {
        return this.browser.send(method, params, this.sessionId);
    }

    // width in CSS pixels; scheme 'light' or 'dark'.
    async look({width = 1280, height = 900, scheme = 'light', mobile = false, scale = 1}) {
        await this.send('Emulation.setDeviceMetricsOverride', {
            width,
            height,
            deviceScaleFactor: scale,
            mobile,
        });
        await this.send('Emulation.setEmulatedMedia', {
            media: '',
            features: [
                {name: 'prefers-color-scheme', value: scheme},
                {name: 'prefers-reduced-motion', value: 'reduce'},
            ],
        });
    }

    // Opens a file and waits until its charts are drawn.
    async open(url) {
        const {frameId} = await this.send('Page.navigate', {url});
        this.frameId = frameId;
        const until = Date.now() + 30000;
        while (
            !(await this.evaluate(
                () => document.readyState === 'complete' && document.documentElement.dataset.ready === 'yes',
            ).catch(() => false))
        ) {
            if (Date.now() > until)
                throw new Error(`${url}: not drawn after 30 s; ${this.complaints.join('; ')}`);
            await new Promise((done) => setTimeout(done, 50));
        }
    }

    // Runs a function in the page, with arguments that JSON can carry, and gives what it returns.
    async evaluate(code, ...args) {
        const {result, exceptionDetails} = await this.send('Runtime.evaluate', {
            expression: `(${code})(...${JSON.stringify(args)})`,
            returnByValue: true,
            awaitPromise: true,
            allowUnsafeEvalBlockedByCSP: false,
        });
        if (exceptionDetails)
            throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
        return result.value;
    }

    async key(key, code = key, text = undefined) {
        await this.send('Input.dispatchKeyEvent', {
            type: 'keyDown',
            key,
            code,
            text,
            windowsVirtualKeyCode: {Enter: 13, Tab: 9, ' ': 32}[key] || 0,
        });
        await this.send('Input.dispatchKeyEvent', {type: 'keyUp', key, code});
    }

    async screenshot(full = true) {
        const {data} = await this.send('Page.captureScreenshot', {
            format: 'png',
            captureBeyondViewport: full,
            ...(full ? {clip: await this.whole()} : {}),
        });
        return Buffer.from(data, 'base64');
    }

    async whole() {
        const {cssContentSize} = await this.send('Page.getLayoutMetrics');
        return {
            x: 0,
            y: 0,
            width: cssContentSize.width,
            height: Math.min(cssContentSize.height, 16000),
            scale: 1,
        };
    }

    async pdf() {
        const {data} = await this.send('Page.printToPDF', {preferCSSPageSize: true, printBackground: true});
        return Buffer.from(data, 'base64');
    }

    async close() {
        this.browser.listeners.delete(this.listener);
        await this.browser.send('Target.closeTarget', {targetId: this.targetId});
    }
}
