/** The two live regions of the shell, for what changes without moving focus. */
class Announcer {
	polite = $state('');
	urgent = $state('');

	say(text: string): void {
		// The same sentence twice must still be read: empty first.
		this.polite = '';
		requestAnimationFrame(() => (this.polite = text));
	}

	sayNow(text: string): void {
		this.urgent = '';
		requestAnimationFrame(() => (this.urgent = text));
	}
}

export const announce = new Announcer();
