const askEvery = 10_000;

/** Whether the server can be reached: the browser's word, corrected by what calls experience. */
class Online {
	#browser = $state(globalThis.navigator?.onLine ?? true);
	#server = $state(true);

	get yes(): boolean {
		return this.#browser && this.#server;
	}

	/** The transport tells after every call. */
	heard(reached: boolean): void {
		this.#server = reached;
	}

	/** Called once by the root layout; returns the undoing. */
	watch(): () => void {
		const change = () => {
			this.#browser = navigator.onLine;
			if (navigator.onLine) this.#server = true;
		};
		// When calls got no answer, ask now and then whether the server is back.
		const timer = setInterval(() => {
			if (this.#server || !this.#browser || document.hidden) return;
			fetch('/healthz', { cache: 'no-store' }).then(
				() => this.heard(true),
				() => {}
			);
		}, askEvery);
		addEventListener('online', change);
		addEventListener('offline', change);
		return () => {
			clearInterval(timer);
			removeEventListener('online', change);
			removeEventListener('offline', change);
		};
	}
}

export const online = new Online();
