/** Words and the gaps between them; of HTML its tags as well. */
export const tokens = (text: string): string[] => text.match(/<[^>]*>|&[a-z]+;|[\p{L}\p{N}\p{M}_'’-]+|\s+|[^\s<&]/gu) ?? [];

/** Above this product of lengths the long way is not taken. */
const mostPairs = 4_000_000;

/** Pairs of equal things, in order, as many as possible. */
export function common(a: readonly string[], b: readonly string[]): [number, number][] {
	let start = 0;
	while (start < a.length && start < b.length && a[start] === b[start]) start++;
	let end = 0;
	while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
	const pairs: [number, number][] = [];
	for (let i = 0; i < start; i++) pairs.push([i, i]);
	const [n, k] = [a.length - start - end, b.length - start - end];
	if (n * k > 0 && n * k <= mostPairs) {
		const width = k + 1;
		const best = new Uint32Array((n + 1) * width);
		for (let i = n - 1; i >= 0; i--) {
			for (let j = k - 1; j >= 0; j--) {
				best[i * width + j] =
					a[start + i] === b[start + j]
						? best[(i + 1) * width + j + 1]! + 1
						: Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!);
			}
		}
		for (let i = 0, j = 0; i < n && j < k; ) {
			if (a[start + i] === b[start + j]) pairs.push([start + i++, start + j++]);
			else if (best[(i + 1) * width + j]! >= best[i * width + j + 1]!) i++;
			else j++;
		}
	}
	for (let i = end; i > 0; i--) pairs.push([a.length - i, b.length - i]);
	return pairs;
}

export interface Piece {
	kind: 'same' | 'added' | 'removed';
	text: string;
}

/** What changed from one text to the other, word by word. */
export function diffWords(before: string, after: string): Piece[] {
	const [a, b] = [tokens(before), tokens(after)];
	const out: Piece[] = [];
	const put = (kind: Piece['kind'], words: string[]) => {
		const text = words.join('');
		if (!text) return;
		const last = out.at(-1);
		if (last?.kind === kind) last.text += text;
		else out.push({ kind, text });
	};
	let [i, j] = [0, 0];
	for (const [x, y] of [...common(a, b), [a.length, b.length] as [number, number]]) {
		put('removed', a.slice(i, x));
		put('added', b.slice(j, y));
		if (x < a.length) put('same', [a[x]!]);
		[i, j] = [x + 1, y + 1];
	}
	return out;
}

/** Both changes of one text; undefined where they meet and differ. */
export function mergeWords(base: string, mine: string, theirs: string): string | undefined {
	if (mine === theirs || base === theirs) return mine;
	if (base === mine) return theirs;
	const [o, a, b] = [tokens(base), tokens(mine), tokens(theirs)];
	const toA = new Map(common(o, a));
	const toB = new Map(common(o, b));
	let out = '';
	let [i, j, k] = [0, 0, 0];
	const region = (x: number, y: number, z: number): boolean => {
		const [was, one, two] = [o.slice(i, x).join(''), a.slice(j, y).join(''), b.slice(k, z).join('')];
		if (one === two || two === was) out += one;
		else if (one === was) out += two;
		else return false;
		return true;
	};
	for (let x = 0; x < o.length; x++) {
		const [y, z] = [toA.get(x), toB.get(x)];
		if (y === undefined || z === undefined) continue;
		if (!region(x, y, z)) return undefined;
		out += o[x];
		[i, j, k] = [x + 1, y + 1, z + 1];
	}
	return region(o.length, a.length, b.length) ? out : undefined;
}
