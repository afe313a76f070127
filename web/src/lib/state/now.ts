/** This moment as the server writes times. */
export function now(): string {
	return new Date().toISOString();
}
