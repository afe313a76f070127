import { readFileSync } from 'node:fs';
import { getSchema } from '@tiptap/core';
import { describe, expect, it } from 'vitest';
import { vocabulary } from './nodes.ts';
import { inert, parseHtml } from './parse.ts';
import { toHtml, type Doc } from './to-html.ts';

const folder = `${process.cwd()}/../tests/fixtures/body/`;
const everything = readFileSync(`${folder}everything.html`, 'utf8');
const known = JSON.parse(readFileSync(`${folder}vocabulary.json`, 'utf8')) as Record<string, string[]>;
const schema = getSchema(vocabulary);
const through = (html: string) => toHtml(parseHtml(schema, html).toJSON() as Doc);

function used(html: string): Record<string, string[]> {
	const found: Record<string, Set<string>> = {};
	for (const e of inert(html).querySelectorAll('*')) {
		const attrs = (found[e.localName] ??= new Set());
		for (const a of e.attributes) if (a.name !== 'data-id') attrs.add(a.name);
	}
	return Object.fromEntries(Object.entries(found).map(([n, s]) => [n, [...s].sort()]).sort(([a], [b]) => (a! < b! ? -1 : 1)));
}

describe('the page and the server have one vocabulary', () => {
	it('a body with all of it goes through the editor unchanged', () => {
		expect(through(everything)).toBe(everything);
	});

	it('what the editor writes has exactly the server’s elements and attributes', () => {
		const sorted = Object.fromEntries(Object.entries(known).map(([n, a]) => [n, [...a].sort()]));
		expect(used(through(everything))).toEqual(sorted);
	});

	it('near relatives and what is foreign come in as on the server', () => {
		const strange =
			'<h1>One</h1><div>Loose <b>bold</b> <font color="red">red</font></div><script>x</script><p style="x" onclick="y">Text<a href="javascript:alert(1)">link</a></p><h6>Six</h6><iframe src="https://example.com"></iframe>';
		const bare = through(strange);
		expect(bare).toBe('<h2>One</h2>\n<p>Loose <strong>bold</strong> red</p>\n<p>Textlink</p>\n<h4>Six</h4>');
	});

	it('keeps emphasis nested as it was', () => {
		for (const html of [
			'<p><em><strong>x</strong> y</em></p>',
			'<p><strong>a <em>b</em> c</strong></p>',
			'<p><a href="/x">a <code>b</code></a> <strong><code>c</code></strong></p>'
		])
			expect(through(html)).toBe(html);
	});
});
