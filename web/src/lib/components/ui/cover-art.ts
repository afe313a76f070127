import { fnv1a, mix32 } from './hash.ts';

export const palettes = {
	pine: {
		grounds: ['#1f7a5a', '#17634a', '#3b9a76'],
		shapes: ['#5fc39b', '#0f4a37', '#f6b740', '#d6f0e2'],
		tone: 'brand'
	},
	clay: {
		grounds: ['#c8583a', '#b34a2f', '#dc7a58'],
		shapes: ['#f2a384', '#7d2f1d', '#f7c65a', '#fde4d8'],
		tone: 'clay'
	},
	lake: {
		grounds: ['#2f6f9f', '#265c86', '#4f8fbd'],
		shapes: ['#86bde0', '#1b4263', '#f6b740', '#dcecf7'],
		tone: 'sky'
	},
	plum: {
		grounds: ['#7d4a86', '#683b71', '#9a6aa3'],
		shapes: ['#c79bd0', '#45244c', '#f09b78', '#f1e2f4'],
		tone: 'plum'
	},
	ochre: {
		grounds: ['#d89a2b', '#c4861c', '#e6b355'],
		shapes: ['#f6d591', '#8a5a0c', '#1f7a5a', '#fdf1d6'],
		tone: 'sun'
	},
	slate: {
		grounds: ['#4c5d63', '#3d4c52', '#6b7d83'],
		shapes: ['#a3b3b7', '#26343a', '#e98f6b', '#e3e9ea'],
		tone: 'ink'
	},
	// The customer's own colour: for our pages, not for courses.
	brand: {
		grounds: ['var(--art-ground)', 'var(--art-ground-2)', 'var(--art-ground-3)'],
		shapes: ['var(--art-leaf)', 'var(--art-deep)', 'var(--art-sun)', 'var(--art-pale)'],
		tone: 'brand'
	}
} as const;

export type PaletteName = keyof typeof palettes;
/** Those a course may have. */
export const paletteNames = ['pine', 'clay', 'lake', 'plum', 'ochre', 'slate'] as const satisfies PaletteName[];

/** The author's palette, or one that the id decides. */
export function paletteOf(seed: string, name?: string | null): PaletteName {
	if (name && name in palettes) return name as PaletteName;
	return paletteNames[mix32(fnv1a(seed)) % paletteNames.length] ?? 'pine';
}

/** The progress bar's tone beside a cover, so that both belong together. */
export function coverTone(seed: string, name?: string | null): (typeof palettes)[PaletteName]['tone'] {
	return palettes[paletteOf(seed, name)].tone;
}

export const tile = 40;

export interface CoverPath {
	layer: 'under' | 'over' | 'dots';
	fill: string;
	d: string;
}

const half = tile / 2;

/** Where a tile's corners lie, clockwise from the top left. */
const corners = (x: number, y: number): [number, number][] => [
	[x, y],
	[x + tile, y],
	[x + tile, y + tile],
	[x, y + tile]
];

function quarter(x: number, y: number, turn: number): string {
	const c = corners(x, y);
	const [a, b, d] = [c[turn]!, c[(turn + 1) % 4]!, c[(turn + 3) % 4]!];
	return `M${a}L${b}A${tile} ${tile} 0 0 1 ${d}Z`;
}

function petal(x: number, y: number, turn: number): string {
	const c = corners(x, y);
	const [a, b] = [c[turn % 2]!, c[(turn % 2) + 2]!];
	return `M${a}A${tile} ${tile} 0 0 1 ${b}A${tile} ${tile} 0 0 1 ${a}Z`;
}

function disc(cx: number, cy: number, r: number): string {
	return `M${cx - r} ${cy}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0Z`;
}

function dome(x: number, y: number, turn: number): string {
	const c = corners(x, y);
	const [a, b] = [c[turn]!, c[(turn + 1) % 4]!];
	return `M${a}A${half} ${half} 0 0 0 ${b}Z`;
}

/**
 * The cover of a course: a grid of tiles, each decided by the seed and its own place alone, so
 * that a thumbnail shows the same top-left corner as the large cover. One path per colour.
 */
export function coverArt(seed: string, palette: PaletteName, cols: number, rows: number): { ground: string; paths: CoverPath[] } {
	const { grounds, shapes } = palettes[palette];
	const root = fnv1a(seed);
	const under = new Map<string, string>();
	const over = new Map<string, string>();
	const dots = new Map<string, string>();
	const put = (layer: Map<string, string>, fill: string, d: string) => layer.set(fill, (layer.get(fill) ?? '') + d);

	for (let row = 0; row < rows; row++) {
		for (let col = 0; col < cols; col++) {
			const n = mix32(root ^ mix32(row * 0x9e3779b1 + col * 0x85ebca6b + 1));
			const more = mix32(n + 0x9e3779b9);
			const [x, y] = [col * tile, row * tile];
			const kind = n % 7;
			const turn = (n >>> 8) & 3;
			const fill = shapes[(n >>> 16) & 3]!;
			if (more % 100 < 42) put(under, grounds[1 + ((more >>> 12) & 1)]!, `M${x} ${y}h${tile}v${tile}h${-tile}Z`);
			if (kind < 3) put(over, fill, quarter(x, y, turn));
			else if (kind < 5) put(over, fill, petal(x, y, turn));
			else if (kind === 5) {
				put(over, fill, disc(x + half, y + half, half));
				put(dots, shapes[(((n >>> 16) & 3) + 1 + ((more >>> 20) % 3)) & 3]!, disc(x + half, y + half, 7));
			} else put(over, fill, dome(x, y, turn));
		}
	}
	const layers = { under, over, dots };
	const paths = (['under', 'over', 'dots'] as const).flatMap((layer) => [...layers[layer]].map(([fill, d]) => ({ layer, fill, d })));
	return { ground: grounds[0], paths };
}
