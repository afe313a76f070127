import { readFileSync } from 'node:fs';
import { getSchema } from '@tiptap/core';
import { describe, expect, it } from 'vitest';
import { vocabulary } from './nodes.ts';
import { parseHtml } from './parse.ts';
import { cleanPasted } from './paste.ts';
import { toHtml, type Doc } from './to-html.ts';

const schema = getSchema(vocabulary);
const read = (name: string) => readFileSync(`${process.cwd()}/../tests/fixtures/paste/${name}`, 'utf8');
const pasted = (html: string) => toHtml(parseHtml(schema, cleanPasted(html)).toJSON() as Doc).replace(/ data-id="[^"]*"/g, '');

describe('what other programs copy', () => {
	it('Word: headings, real lists, tables, words and nothing of its looks', () => {
		expect(pasted(read('word.html')).split('\n')).toEqual([
			'<h2>Answering a complaint</h2>',
			'<p>A customer in Bristol writes that the parcel was <strong>late</strong> and <em>damp</em>. You have ten minutes to answer.</p>',
			'<h2>Before you write</h2>',
			'<ul><li>Read the letter twice.<ul><li>Once for the facts.</li><li>Once for the feeling.</li></ul></li><li>Look up the order.</li></ul>',
			'<p>Then, in this order:</p>',
			'<ol><li>Say what you <strong>understood</strong>.</li><li>Say what happens <a href="https://example.com/returns">next</a>.</li></ol>',
			'<table><thead><tr><th>They write</th><th>You answer</th></tr></thead><tbody><tr><td>“It is soaked.”</td><td>“A new one leaves today.”</td></tr></tbody></table>',
			'<blockquote><p>Nobody complains about what they do not care for.</p></blockquote>',
			'<p>H<sub>2</sub>O and 10<sup>th</sup>. Kept.</p>'
		]);
	});

	it('Google Docs: emphasis by meaning, lists inside items, links without the detour', () => {
		expect(pasted(read('google-docs.html')).split('\n').filter((l) => l !== '<p><br></p>')).toEqual([
			'<h2>First steps</h2>',
			'<p>Plain, <strong>bold</strong>, <em>slanted</em> and <a href="https://example.com/a?b=1">linked</a>.</p>',
			'<ul><li>One<ul><li>Inside</li></ul></li><li>Two</li></ul>'
		]);
	});

	it('leaves alone what was copied here', () => {
		const own = '<p data-pm-slice="1 1 []">x</p>';
		expect(cleanPasted(own)).toBe(own);
	});

	it('bullets that are only typed become a list where Word calls them one', () => {
		expect(pasted('<p class="MsoListParagraph">· One</p><p class="MsoListParagraph">·&nbsp;&nbsp; Two</p><p>3. No list</p>')).toBe(
			'<ul><li>One</li><li>Two</li></ul>\n<p>3. No list</p>'
		);
	});
});
