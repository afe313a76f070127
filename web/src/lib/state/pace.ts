/** How far back the pace looks, in milliseconds. */
const span = 5000;

/** Bytes a second, over the last seconds only: what a connection does now. */
export class Pace {
	#seen: { at: number; sent: number }[] = [];

	/** From here on; what was sent before says nothing. */
	begin(sent: number, at: number): void {
		this.#seen = [{ at, sent }];
	}

	/** Notes how much is sent, and tells the pace; 0 while it is not known. */
	now(sent: number, at: number): number {
		const last = this.#seen.at(-1);
		// A resumed upload jumps to where it was: that is no pace.
		if (!last || sent < last.sent) {
			this.begin(sent, at);
			return 0;
		}
		this.#seen.push({ at, sent });
		while (this.#seen.length > 2 && at - (this.#seen[1]?.at ?? at) >= span) this.#seen.shift();
		const first = this.#seen[0];
		if (!first || at - first.at < 300) return 0;
		return ((sent - first.sent) * 1000) / (at - first.at);
	}
}
