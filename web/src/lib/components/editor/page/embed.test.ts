import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { embedOf, embedTyped } from './embed.ts';

const cases = JSON.parse(readFileSync(`${process.cwd()}/../tests/fixtures/body/embeds.json`, 'utf8')) as [string, string | null, string | null][];

describe('addresses of content of other sites', () => {
	it('are read as the server reads them', () => {
		expect(cases.length).toBeGreaterThan(25);
		for (const [address, src] of cases) expect(embedOf(address)?.src ?? null, address).toBe(src);
	});

	it('come as sites offer them for copying', () => {
		const src = 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ';
		for (const typed of [
			'youtu.be/dQw4w9WgXcQ',
			`<iframe width="560" height="315" src="${src}?si=x&amp;y=z" title="A film" allowfullscreen></iframe>`,
			'//www.youtube.com/embed/dQw4w9WgXcQ'
		])
			expect(embedTyped(typed)?.src, typed).toBe(src);
		for (const typed of ['', 'a film', 'javascript:alert(1)', '<iframe srcdoc="x"></iframe>']) expect(embedTyped(typed), typed).toBeUndefined();
	});
});
