// csv.mjs - tables as the engines' runners read and write them
import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";

/** Whether a cell is one of the ways in which an empty one is written. */
export function isMissing(cell) {
    return cell.length <= 4 && /^(?:|na|n\/a|nan|null)$/i.test(cell);
}

// The rows of a text that ends with a line: what is quoted may hold separators, line ends and doubled quotes.
function* rowsOf(text) {
    let row = [];
    let at = 0;
    while (at < text.length) {
        let cell;
        if (text[at] === '"') {
            let end = at + 1;
            while ((end = text.indexOf('"', end)) >= 0 && text[end + 1] === '"') end += 2;
            cell = text.slice(at + 1, end).replaceAll('""', '"');
            at = end + 1;
        } else {
            let end = at;
            while (text[end] !== "," && text[end] !== "\n" && text[end] !== "\r") end++;
            cell = text.slice(at, end);
            at = end;
        }
        row.push(cell);
        if (text[at] === "\r") at++;
        if (text[at++] !== "\n") continue;
        yield row;
        row = [];
    }
}

// Where the last line ends that is not within quotes, from `quoted` on; -1: nowhere.
function lastEnd(text, quoted) {
    let end = -1;
    for (let at = 0; at < text.length; at++) {
        const c = text.charCodeAt(at);
        if (c === 34) quoted = !quoted;
        else if (c === 10 && !quoted) end = at;
    }
    return end;
}

/** The rows of a file, the header among them, as arrays of texts; a piece of the file at a time. */
export async function* readRows(path) {
    let rest = "";
    for await (const piece of createReadStream(path, { encoding: "utf8", highWaterMark: 1 << 22 })) {
        rest += piece;
        const end = lastEnd(rest, false);
        if (end < 0) continue;
        yield* rowsOf(rest.slice(0, end + 1));
        rest = rest.slice(end + 1);
    }
    if (rest !== "") yield* rowsOf(rest.endsWith("\n") ? rest : `${rest}\n`);
}

/** A row as a line; null, undefined and NaN are empty cells, numbers the shortest text that reads back. */
export function lineOf(cells) {
    const texts = cells.map((cell) => {
        const text = cell === null || cell === undefined || Number.isNaN(cell) ? "" : String(cell);
        return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    });
    return `${texts.join(",")}\n`;
}

/** Writes lines as they come. */
export async function writeLines(path, lines) {
    const file = createWriteStream(path);
    let waiting = "";
    for await (const line of lines) {
        waiting += line;
        if (waiting.length < 1 << 20) continue;
        if (!file.write(waiting)) await once(file, "drain");
        waiting = "";
    }
    file.end(waiting);
    await once(file, "finish");
}
