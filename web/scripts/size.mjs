// Measures what each route loads first, gzip as the gates are written, from the build's manifest.
// Fails beyond a gate. Lazy imports do not count; every static import, layout and stylesheet does.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { client, closure, entries, manifest, nodeKey, routes } from './manifest.mjs';

const KB = 1024;

/** First match wins; the numbers are the gates of the design. */
const gates = [
	{ match: /^\/\(lesson\)|\/learn\/\[/, name: 'lesson', js: 110, fonts: 200 },
	{ match: /^\/\(admin\)/, name: 'admin', js: 130, fonts: 100 },
	{ match: /^\/\(teach\)/, name: 'author', js: 260, fonts: 100 },
	{ match: /.*/, name: 'learner', js: 110, fonts: 100 }
];
const cssGate = 16;
/** A lesson brings the reading face and the days of its course with it. */
const lessonCssGate = 17;
const chunkGate = 130;

/** @type {Map<string, number>} */
const sizes = new Map();
function gz(/** @type {string} */ file) {
	let n = sizes.get(file);
	if (n === undefined) sizes.set(file, (n = gzipSync(readFileSync(join(client, file)), { level: 9 }).length));
	return n;
}

let failed = false;
const rows = [];
for (const { id, nodes } of routes()) {
	const { js, css } = closure([...entries, ...nodes.map(nodeKey)]);
	const gate = gates.find((g) => g.match.test(id)) ?? { name: 'learner', js: 110 };
	const total = { js: 0, css: 0 };
	for (const f of js) total.js += gz(f);
	for (const f of css) total.css += gz(f);
	const most = gate.name === 'lesson' ? lessonCssGate : cssGate;
	const bad = total.js > gate.js * KB || total.css > most * KB;
	failed ||= bad;
	rows.push([
		bad ? 'OVER' : 'ok',
		(total.js / KB).toFixed(1),
		String(gate.js),
		(total.css / KB).toFixed(1),
		String(most),
		String(js.size),
		id
	]);
}

// Fonts a Latin page asks for: the interface's two; a lesson adds the reading face's two.
const assets = join(client, '_app/immutable/assets');
const fonts = readdirSync(assets).filter((f) => f.endsWith('.woff2'));
const weigh = (/** @type {RegExp} */ match) =>
	fonts.filter((f) => match.test(f)).reduce((n, f) => n + readFileSync(join(assets, f)).length, 0);
const ui = weigh(/^(inter|bricolage-grotesque)-latin-wght/);
const reading = ui + weigh(/^literata-latin-wght/);
for (const [name, size, gate] of /** @type {[string, number, number][]} */ ([
	['fonts', ui, 100],
	['fonts with reading', reading, 200]
])) {
	const bad = size > gate * KB;
	failed ||= bad;
	rows.push([bad ? 'OVER' : 'ok', (size / KB).toFixed(1), String(gate), '', '', '', name]);
}

for (const { file } of Object.values(manifest)) {
	if (!file.endsWith('.js') || gz(file) <= chunkGate * KB) continue;
	failed = true;
	rows.push(['OVER', (gz(file) / KB).toFixed(1), String(chunkGate), '', '', '', file]);
}

const head = ['', 'KB gz', 'gate', 'CSS', 'gate', 'files', 'route'];
const table = [head, ...rows];
const widths = head.map((_, i) => Math.max(...table.map((r) => (r[i] ?? '').length)));
for (const row of table) console.log(row.map((c, i) => (i === 6 ? c : c.padStart(widths[i] ?? 0))).join('  '));
process.exit(failed ? 1 : 0);
