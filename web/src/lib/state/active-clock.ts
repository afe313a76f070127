/** What one moment of a lesson looks like from outside. */
export interface Moment {
	/** Milliseconds, from a clock that never goes back. */
	now: number;
	visible: boolean;
	/** The film runs: watching asks for no hands. */
	playing: boolean;
}

/** Without a touch for this long nobody is assumed to be reading. */
export const patience = 60_000;
/** A tick that comes later than this means the machine slept; the gap is not learning. */
const longestTick = 5_000;

/**
 * Counts learning time honestly: only while the tab is seen, and only while somebody moved, typed,
 * scrolled or watched within the last minute.
 */
export class ActiveClock {
	#last: Moment | undefined;
	#touched = Number.NEGATIVE_INFINITY;
	#counted = 0;

	/** A hand on the page. */
	touch(now: number): void {
		this.#touched = now;
	}

	isActive({ now, visible, playing }: Moment): boolean {
		return visible && (playing || now - this.#touched < patience);
	}

	/** Call about once a second, and whenever something changes. */
	tick(moment: Moment): void {
		const before = this.#last;
		this.#last = moment;
		if (!before || !this.isActive(before)) return;
		const passed = moment.now - before.now;
		if (passed <= 0 || passed > longestTick) return;
		// Activity may have ended between two ticks: count to its end, not to the tick.
		const until = before.playing ? moment.now : Math.min(moment.now, this.#touched + patience);
		this.#counted += Math.max(0, until - before.now);
	}

	/** Whole seconds counted and not yet taken. */
	get seconds(): number {
		return Math.floor(this.#counted / 1000);
	}

	/** Takes the counted seconds, at most `max` (the server credits a minute a beat); the rest stays. */
	take(max = 60): number {
		const taken = Math.min(this.seconds, max);
		this.#counted -= taken * 1000;
		return taken;
	}

	/** The beat did not arrive: its seconds count again. */
	giveBack(seconds: number): void {
		this.#counted += seconds * 1000;
	}
}
