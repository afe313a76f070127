/** Every zone the browser knows, and the given one even if it does not. */
export function zones(current: string): { value: string; label: string }[] {
	const known = Intl.supportedValuesOf('timeZone');
	const all = new Set([current, 'UTC', ...known]);
	return [...all].sort().map((value) => ({ value, label: zoneName(value) }));
}

/** "America/Argentina/Buenos_Aires" → "America, Argentina, Buenos Aires" */
export function zoneName(zone: string): string {
	return zone.replaceAll('_', ' ').split('/').join(', ');
}

export function deviceZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
