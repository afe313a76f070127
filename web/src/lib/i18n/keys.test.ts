import { describe, expect, it } from 'vitest';

const files = import.meta.glob<Record<string, unknown>>('./en/*.json', { eager: true, import: 'default' });

describe('the message catalogue', () => {
	it('has every key in one file only: a later file would silently win', () => {
		const owner = new Map<string, string>();
		const twice: string[] = [];
		for (const [file, messages] of Object.entries(files)) {
			for (const key of Object.keys(messages)) {
				if (key === '$schema') continue;
				if (owner.has(key)) twice.push(`${key}: ${owner.get(key)} and ${file}`);
				owner.set(key, file);
			}
		}
		expect(twice).toEqual([]);
		expect(owner.size).toBeGreaterThan(300);
	});
});
