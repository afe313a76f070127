export interface Part {
	text: string;
	marked: boolean;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

function plain(html: string): string {
	return html
		.replace(/<[^>]*>/g, '')
		.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, dec?: string, hex?: string, name?: string) => {
			const code = dec ? Number(dec) : hex ? parseInt(hex, 16) : undefined;
			if (code !== undefined) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
			return entities[name?.toLowerCase() ?? ''] ?? whole;
		});
}

/** A snippet as text with marked parts. It is never parsed as HTML: what is not `<mark>` becomes text. */
export function marks(snippet: string): Part[] {
	return snippet
		.split(/<mark>([\s\S]*?)<\/mark>/)
		.map((text, i) => ({ text: plain(text), marked: i % 2 === 1 }))
		.filter((p) => p.text !== '');
}
