// find.mjs - prints where Chromium is, or nothing.
import {findChromium} from './chromium.mjs';

console.log(findChromium() ?? '');
