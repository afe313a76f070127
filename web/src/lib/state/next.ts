/** Where to after signing in: only a path of our own, never another site. */
export function nextPath(url: URL): string {
	const next = url.searchParams.get('next');
	if (!next || !next.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/';
	return next;
}
