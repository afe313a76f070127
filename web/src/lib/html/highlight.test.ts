import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeLanguages } from './code-languages.ts';
import { coloured, colours, learn } from './highlight.ts';

const shown = (nodes: Node[]) => {
	const box = document.createElement('code');
	box.append(...nodes);
	return box;
};

describe('colours of code', () => {
	it('knows every language that it offers, and names them once', async () => {
		for (const { name, also = [] } of codeLanguages) for (const n of [name, ...also]) expect(await learn(n), n).toBe(true);
		const names = codeLanguages.flatMap((l) => [l.name, ...(l.also ?? [])]);
		expect(new Set(names).size).toBe(names.length);
		expect(await learn('nosuch')).toBe(false);
	});

	it('changes no letter, and nests', async () => {
		await learn('html');
		const text = '<a href="x" title=\'<b>\'>\n\t<script>alert(1)</script> & ünï 😀</a>\n';
		const box = shown(coloured('html', text));
		expect(box.textContent).toBe(text);
		expect(box.querySelector('.hljs-tag .hljs-string')?.textContent).toBe('"x"');
		expect(box.querySelector('a, script')).toBeNull();
	});

	it('leaves what it does not know, and what is very long, as it is', async () => {
		expect(colours('nosuch', 'let a = 1')).toEqual([]);
		await learn('rust');
		expect(colours('rs', 'let a = 1;').map((c) => c.className)).toContain('hljs-keyword');
		expect(colours('rust', 'let a = 1;'.repeat(6000))).toEqual([]);
	});

	it('uses ink roles only', () => {
		const css = readFileSync('src/lib/html/highlight.css', 'utf8');
		for (const [, value] of css.matchAll(/[^-]color:\s*([^;]+);/g)) expect(value).toMatch(/^var\(--[a-z0-9-]*ink(-3)?\)$/);
	});
});
