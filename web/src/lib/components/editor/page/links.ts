const schemes = ['http', 'https', 'mailto', 'tel'];

/** Whether a link leads somewhere good: the same rule as the server's. */
export function isGoodLink(url: string): boolean {
	const text = url.trim();
	// eslint-disable-next-line no-control-regex
	if (!text || text === '#' || /[\u0000-\u001f\u007f-\u009f]/.test(text)) return false;
	const colon = text.indexOf(':');
	if (colon >= 0) {
		const name = text.slice(0, colon).toLowerCase();
		const rest = text.slice(colon + 1);
		if (schemes.includes(name) && (!name.startsWith('http') || (rest.length > 2 && rest.startsWith('//')))) return true;
	}
	const path = text.startsWith('/') && !/^\/[/\\]/.test(text);
	return (path || text.startsWith('#')) && !text.includes('\\');
}

/** What somebody typed as an address: `example.com/x` means https, `a@b.c` means mail. */
export function asLink(typed: string): string | undefined {
	const text = typed.trim();
	if (isGoodLink(text)) return text;
	if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(text)) return `mailto:${text}`;
	if (/^[\w-]+(\.[\w-]+)+([/?#]\S*)?$/.test(text)) return `https://${text}`;
	return undefined;
}
