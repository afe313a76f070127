import { session } from '#lib/state/session.svelte.ts';

/** Day and minute, in the viewer's zone. */
export function momentLong(at: string): string {
	return new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: session.timeZone }).format(new Date(at));
}
