// What the build says about itself: which files each route loads first.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = new URL('..', import.meta.url).pathname;
export const client = join(root, '.svelte-kit/output/client');

if (!existsSync(join(client, '.vite/manifest.json'))) {
	console.error('No build found. Run npm run build first.');
	process.exit(2);
}
/** @type {Record<string, {file: string, src?: string, imports?: string[], css?: string[], assets?: string[]}>} */
export const manifest = JSON.parse(readFileSync(join(client, '.vite/manifest.json'), 'utf8'));

/**
 * The files of these modules and of all that they import, lazy imports left out.
 * @returns {{js: Set<string>, css: Set<string>}}
 */
export function closure(/** @type {string[]} */ keys) {
	const js = new Set();
	const css = new Set();
	const seen = new Set();
	const walk = (/** @type {string} */ key) => {
		if (seen.has(key)) return;
		seen.add(key);
		const entry = manifest[key];
		if (!entry) return;
		if (entry.file.endsWith('.js')) js.add(entry.file);
		for (const c of entry.css ?? []) css.add(c);
		for (const i of entry.imports ?? []) walk(i);
	};
	keys.forEach(walk);
	return { js, css };
}

// Which layouts and page make up a route: SvelteKit's generated client app says it by node numbers.
const app = readFileSync(join(root, '.svelte-kit/generated/client-optimized/app.js'), 'utf8');
const dictionary = app.slice(app.indexOf('export const dictionary = {'));
export const nodeKey = (/** @type {number} */ n) =>
	Object.keys(manifest).find((k) => k.endsWith(`generated/client-optimized/nodes/${n}.js`)) ?? '';
export const entries = Object.keys(manifest).filter((k) => /(client\/entry|client-optimized\/app)\.js$/.test(k));

/** Every route by its folder, with the numbers of its nodes, the root layout first, and of those for errors. */
export function routes() {
	const out = [];
	for (const line of dictionary.split('\n')) {
		const found = /^\s*"(\/[^"]*)": \[(~?-?\d+)(?:,\[([\d,]*)\])?(?:,\[([\d,]*)\])?/.exec(line);
		if (!found) continue;
		const [, id = '', leaf = '', layouts = '', errors = ''] = found;
		const numbers = (/** @type {string} */ list) => list.split(',').filter(Boolean).map(Number);
		// The pages for errors are asked for with the others, though they seldom show.
		out.push({ id, nodes: [0, ...numbers(layouts), Math.abs(Number(leaf.replace('~', '')))], spare: [1, ...numbers(errors)] });
	}
	return out;
}
