// After the build: which modules, stylesheets and answers each address will want. The server sends
// them as a Link header with the shell (RFC 8288; preload and modulepreload of the HTML standard),
// so that they come beside the program instead of after it has worked out the route.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closure, entries, nodeKey, root, routes } from './manifest.mjs';

/**
 * What a page asks the API first, as it asks for it; `{0}` is the address's first own word. Only for
 * those who are signed in, since all of it is theirs. A wrong line costs one request and nothing else:
 * the browser says in its console that a preload was not used, and the journeys listen.
 * @type {Record<string, string[]>}
 */
const answers = {
	'/': ['/api/v1/me/today', '/api/v1/me/notes?limit=3', '/api/v1/me/history?limit=50'],
	'/catalogue': ['/api/v1/courses?sort=newest&limit=24', '/api/v1/categories', '/api/v1/me/courses?limit=200', '/api/v1/search?kind=course&limit=1'],
	'/courses/*': ['/api/v1/courses/{0}'],
	'/learn/*/*': ['/api/v1/lessons/{1}', '/api/v1/courses/{0}/learn']
};

const shell = readFileSync(join(root, 'build/200.html'), 'utf8');
const out = routes()
	.filter(({ id }) => !id.includes('[...'))
	.map(({ id, nodes, spare }) => {
		const path = '/' + id.split('/').filter((s) => s && !s.startsWith('(')).map((s) => (s.startsWith('[') ? '*' : s)).join('/');
		const { js, css } = closure([...entries, ...nodes.map(nodeKey), ...spare.map(nodeKey)]);
		const late = (/** @type {Set<string>} */ files) => [...files].map((f) => `/${f}`).filter((f) => !shell.includes(f));
		return { path, modules: late(js), styles: late(css), answers: answers[path] ?? [] };
	});
for (const path of Object.keys(answers)) if (!out.some((r) => r.path === path)) throw new Error(`scripts/ahead.mjs: there is no route ${path} any more.`);
writeFileSync(join(root, 'build/ahead.json'), JSON.stringify(out));
