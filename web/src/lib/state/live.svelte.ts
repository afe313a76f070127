/**
 * Does `work` whenever the server says that something happened, and every 20 s while it does not: a
 * proxy may hold the stream up. Nothing is asked while the page is hidden.
 */
export class Live {
	/** The stream holds. */
	on = $state(false);

	start(url: string, work: () => void): () => void {
		const source = new EventSource(url);
		const seen = () => {
			if (document.visibilityState === 'visible') work();
		};
		// The first word is only where the log stands: what is shown is as new.
		let first = true;
		source.addEventListener('changed', () => {
			this.on = true;
			if (!first) seen();
			first = false;
		});
		source.onerror = () => {
			this.on = false;
			first = true;
		};
		const timer = setInterval(seen, 20_000);
		return () => {
			clearInterval(timer);
			source.close();
			this.on = false;
		};
	}
}
