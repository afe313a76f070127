// Two states of one page, block by block.
import { inert } from './parse.ts';
import { common } from './words.ts';

export type Change = 'same' | 'added' | 'removed' | 'changed' | 'moved';

/** One block in both states, as far as it is there. */
export interface Pair {
	id: string;
	change: Change;
	before?: string;
	after?: string;
}

interface Named {
	id: string;
	/** Without its name. */
	html: string;
	/** As it is. */
	whole: string;
}

function blocksOf(html: string): Named[] {
	return [...inert(html).children].map((e) => {
		const whole = e.outerHTML;
		const id = e.getAttribute('data-id') ?? '';
		e.removeAttribute('data-id');
		return { id, html: e.outerHTML, whole };
	});
}

/** The blocks of both, in the order of the later state; what went stands where it stood. */
export function compare(before: string, after: string): Pair[] {
	const [a, b] = [blocksOf(before), blocksOf(after)];
	const [was, is] = [new Map(a.map((x) => [x.id, x])), new Map(b.map((x) => [x.id, x]))];
	const out: Pair[] = [];
	let [i, j] = [0, 0];
	const kept = common(
		a.map((x) => x.id),
		b.map((x) => x.id)
	);
	for (const [x, y] of [...kept, [a.length, b.length] as [number, number]]) {
		for (const gone of a.slice(i, x)) if (!is.has(gone.id)) out.push({ id: gone.id, change: 'removed', before: gone.html });
		for (const here of b.slice(j, y)) {
			const old = was.get(here.id);
			if (!old) out.push({ id: here.id, change: 'added', after: here.html });
			else out.push({ id: here.id, change: old.html === here.html ? 'moved' : 'changed', before: old.html, after: here.html });
		}
		const [old, here] = [a[x], b[y]];
		if (old && here) out.push({ id: here.id, change: old.html === here.html ? 'same' : 'changed', before: old.html, after: here.html });
		[i, j] = [x + 1, y + 1];
	}
	return out;
}

/** The later state with one block as it was in the earlier: its text, its place after what it stood behind, or its absence. */
export function withBlock(before: string, after: string, id: string): string {
	const [a, b] = [blocksOf(before), blocksOf(after)];
	const at = a.findIndex((x) => x.id === id);
	const there = b.findIndex((x) => x.id === id);
	const old = a[at];
	const moved = old && there >= 0 && b[there]!.html === old.html;
	if (there >= 0 && old && !moved) b[there] = old;
	else {
		if (there >= 0) b.splice(there, 1);
		if (old) {
			const left = a.slice(0, at).map((x) => x.id);
			let place = 0;
			b.forEach((x, i) => {
				if (left.includes(x.id)) place = i + 1;
			});
			b.splice(place, 0, old);
		}
	}
	return b.map((x) => x.whole).join('\n');
}

/** One line for each part of a block, so that changes read like the page. */
export const plainOf = (html: string): string =>
	html
		.replace(/<br>|<\/(p|h\d|li|tr|summary|figcaption|pre)>|<(ul|ol|table|hr)[^>]*>/g, '\n')
		.replace(/<\/(td|th)>/g, ' | ')
		.replace(/<img alt="([^"]*)">/g, '[$1]')
		.replace(/<figure[^>]* data-title="([^"]*)"[^>]*>/g, '[$1]')
		.replace(/<[^>]*>/g, '')
		.replace(/&nbsp;/g, '\u00a0')
		.replace(/&lt;/g, '<')
		.replace(/&gt;/g, '>')
		.replace(/&quot;/g, '"')
		.replace(/&amp;/g, '&')
		.replace(/\n{2,}/g, '\n')
		.trim();
