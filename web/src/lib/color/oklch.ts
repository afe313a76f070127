/** Colour arithmetic for the branding previews: hex to OKLCH, OKLCH to luminance, contrast. */
export interface Oklch {
	l: number;
	c: number;
	h: number;
}

const toLinear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/** "#076546" to OKLCH; undefined for anything that is no six-digit hex colour. */
export function hexToOklch(hex: string): Oklch | undefined {
	const found = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex.trim());
	if (!found) return undefined;
	const [r, g, b] = [1, 2, 3].map((i) => toLinear(parseInt(found[i]!, 16) / 255)) as [number, number, number];
	const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
	const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
	const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
	const L = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
	const A = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
	const B = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
	return { l: L, c: Math.hypot(A, B), h: ((Math.atan2(B, A) * 180) / Math.PI + 360) % 360 };
}

/** What the server makes of a brand colour: its hue, its chroma within 0.03 to 0.14. */
export function brandOf(hex: string): { hue: number; chroma: number } | undefined {
	const lch = hexToOklch(hex);
	return lch && { hue: lch.h, chroma: Math.min(0.14, Math.max(0.03, lch.c)) };
}

/** Relative luminance (WCAG), out-of-gamut parts clipped as a screen would. */
export function luminance({ l, c, h }: Oklch): number {
	const a = c * Math.cos((h * Math.PI) / 180);
	const b = c * Math.sin((h * Math.PI) / 180);
	const l3 = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const m3 = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const s3 = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
	const clip = (v: number) => Math.min(1, Math.max(0, v));
	return (
		0.2126 * clip(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3) +
		0.7152 * clip(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3) +
		0.0722 * clip(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3)
	);
}

export function contrast(one: Oklch, two: Oklch): number {
	const [a, b] = [luminance(one), luminance(two)];
	return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Contrast of text on the brand button and on brand-soft, as tokens.css mixes them. */
export function brandContrast(hue: number, chroma: number, dark: boolean): { button: number; soft: number } {
	const at = (l: number, c: number): Oklch => ({ l, c, h: hue });
	return dark
		? { button: contrast(at(0.22, 0.04), at(0.8, 0.125)), soft: contrast(at(0.87, 0.1), at(0.305, 0.045)) }
		: { button: contrast(at(0.99, 0.01), at(0.45, chroma)), soft: contrast(at(0.38, chroma), at(0.945, chroma * 0.38)) };
}
