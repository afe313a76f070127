/** FNV-1a, 32 bits, over UTF-8: the same text gives the same number on every machine. */
export function fnv1a(text: string): number {
	let h = 0x811c9dc5;
	for (const byte of new TextEncoder().encode(text)) {
		h ^= byte;
		h = Math.imul(h, 0x01000193);
	}
	return h >>> 0;
}

/** A 32-bit finaliser: neighbours in, strangers out. */
export function mix32(n: number): number {
	let h = n >>> 0;
	h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
	h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
	return (h ^ (h >>> 16)) >>> 0;
}
