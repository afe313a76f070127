import { block, type Doc } from './to-html.ts';
import { mergeWords } from './words.ts';

/** A block of the first level: its name, and its text without it. */
export interface Part {
	id: string;
	html: string;
}

export function partsOf(doc: Doc): Part[] {
	return (doc.content ?? [])
		.map((node) => ({ id: String(node.attrs?.['dataId'] ?? ''), html: block(node, false) }))
		.filter((part) => part.html);
}

/** Two texts of one block that cannot both stand in its place. An absent text was deleted. */
export interface Clash {
	id: string;
	mine: string | undefined;
	theirs: string | undefined;
}

export interface Merged {
	/** With mine in the place of every clash. */
	parts: Part[];
	clashes: Clash[];
}

/** Where a table or a picture changed twice, words cannot be put together. */
const whole = /^<(table|figure|pre)\b/;

function mergeBlock(base: string | undefined, mine: string | undefined, theirs: string | undefined): string | undefined | null {
	if (mine === theirs || base === theirs) return mine;
	if (base === mine) return theirs;
	if (base === undefined || mine === undefined || theirs === undefined) return null;
	if (whole.test(base) || whole.test(mine) || whole.test(theirs)) return null;
	return mergeWords(base, mine, theirs) ?? null;
}

/** Both people's changes of one page, block by block. Nothing that either wrote is left out. */
export function merge(base: Part[], mine: Part[], theirs: Part[]): Merged {
	const map = (parts: Part[]) => new Map(parts.map((p) => [p.id, p.html]));
	const [o, a, b] = [map(base), map(mine), map(theirs)];
	const order = ordered(base, mine, theirs);
	const clashes: Clash[] = [];
	const parts: Part[] = [];
	for (const id of order) {
		const [was, m, t] = [o.get(id), a.get(id), b.get(id)];
		const merged = mergeBlock(was, m, t);
		if (merged === null) {
			// What one deleted while the other wrote in it stays: that is no question worth asking.
			if (m === undefined || t === undefined) parts.push({ id, html: (m ?? t)! });
			else {
				clashes.push({ id, mine: m, theirs: t });
				parts.push({ id, html: m });
			}
		} else if (merged !== undefined) parts.push({ id, html: merged });
	}
	return { parts, clashes };
}

/** Every name once: in my order, theirs where only they moved things; new ones behind their neighbour. */
function ordered(base: Part[], mine: Part[], theirs: Part[]): string[] {
	const ids = (parts: Part[]) => parts.map((p) => p.id);
	const [o, a, b] = [ids(base), ids(mine), ids(theirs)];
	const kept = (of: string[]) => of.filter((id) => o.includes(id) && a.includes(id) && b.includes(id)).join();
	const [first, second] = kept(a) === kept(o) ? [b, a] : [a, b];
	const out = [...first];
	second.forEach((id, i) => {
		if (out.includes(id)) return;
		// Behind the nearest one before it that is there already.
		const before = second.slice(0, i).reverse().find((x) => out.includes(x));
		out.splice(before === undefined ? 0 : out.indexOf(before) + 1, 0, id);
	});
	return out;
}

/** How clashes are settled. */
export type Choice = 'mine' | 'theirs' | 'both';

export function settle(merged: Merged, choice: Choice, newId: () => string): Part[] {
	const clash = new Map(merged.clashes.map((c) => [c.id, c]));
	return merged.parts.flatMap((part) => {
		const found = clash.get(part.id);
		if (!found || choice === 'mine') return [part];
		if (choice === 'theirs') return [{ id: part.id, html: found.theirs ?? '' }];
		return [part, { id: newId(), html: found.theirs ?? '' }];
	});
}

/** The parts as one body. */
export function joined(parts: Part[]): string {
	return parts.map(({ id, html }) => html.replace(/^<([a-z0-9]+)/, `<$1 data-id="${id}"`)).join('\n');
}
