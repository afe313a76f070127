/** Where somebody is in a lesson, as it is sent. */
export interface LessonPlace {
	block_id?: string | null;
	block_offset?: number | null;
	video_seconds?: number | null;
}

type Send = (place: LessonPlace & { client_at: string }, leaving: boolean) => unknown;

/**
 * Keeps the place while somebody reads: sent when they pause, at the latest every `most`
 * milliseconds, and at once when the page goes away. Where nothing moved nothing is sent.
 */
export class PlaceSaver {
	#send: Send;
	#wait: number;
	#most: number;
	#place: LessonPlace;
	#sent: string;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#since = 0;

	constructor(start: LessonPlace, send: Send, wait = 2000, most = 15_000) {
		this.#place = { ...start };
		this.#sent = JSON.stringify(this.#place);
		this.#send = send;
		this.#wait = wait;
		this.#most = most;
	}

	get place(): LessonPlace {
		return this.#place;
	}

	move(change: LessonPlace): void {
		this.#place = { ...this.#place, ...change };
		if (JSON.stringify(this.#place) === this.#sent) return;
		const now = Date.now();
		if (this.#timer === undefined) this.#since = now;
		clearTimeout(this.#timer);
		const left = Math.max(0, this.#since + this.#most - now);
		this.#timer = setTimeout(() => this.flush(), Math.min(this.#wait, left));
	}

	flush(leaving = false): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const now = JSON.stringify(this.#place);
		if (now === this.#sent) return;
		this.#sent = now;
		this.#send({ ...this.#place, client_at: new Date().toISOString() }, leaving);
	}
}
