import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const start = readFileSync('static/start.css', 'utf8');
const tokens = readFileSync('src/lib/styles/tokens.css', 'utf8');
const app = readFileSync('src/lib/styles/app.css', 'utf8');

describe('first paint', () => {
	it('has the colours of the tokens', () => {
		const of = (name: string) => new RegExp(`--${name}: (light-dark\\(.*\\));`).exec(tokens)?.[1];
		expect(start).toContain(of('paper'));
		expect(start).toContain(of('ink'));
	});

	it('declares the layers in the same order', () => {
		const order = '@layer properties, theme, base, components, utilities;';
		expect(start).toContain(order);
		expect(app.startsWith(order)).toBe(true);
	});
});
