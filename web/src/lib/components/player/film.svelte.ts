/** The film of a lesson as its parts see it: controls, captions, transcript and notes share this. */
export class Film {
	el = $state.raw<HTMLVideoElement | undefined>();
	/** It was set going once: before that a picture and one button stand there. */
	started = $state(false);
	playing = $state(false);
	waiting = $state(false);
	failed = $state(false);
	second = $state(0);
	duration = $state(0);
	buffered = $state(0);
	rate = $state(1);
	muted = $state(false);
	volume = $state(1);
	/** The farthest second that was really watched in one go from the last jump. */
	seen = $state(0);
	/** Where to begin: the place of last time. */
	resumeAt = $state(0);

	/** A place asked for that the film has not reached yet. */
	#wanted: number | undefined;

	constructor(duration: number, resumeAt: number) {
		this.duration = duration;
		// The last seconds are the end, not a place to go on from.
		const worth = resumeAt >= 5 && (duration === 0 || resumeAt < duration - 3);
		this.resumeAt = worth ? resumeAt : 0;
		this.second = this.resumeAt;
	}

	get share(): number {
		return this.duration > 0 ? Math.min(1, this.second / this.duration) : 0;
	}

	/** Plays from a place; also the first start. */
	async play(from?: number): Promise<void> {
		const first = !this.started;
		this.started = true;
		this.failed = false;
		await Promise.resolve();
		const { el } = this;
		if (!el) return;
		if (first || from !== undefined) this.seek(from ?? this.second);
		el.playbackRate = this.rate;
		await el.play().catch((e: unknown) => {
			if (e instanceof DOMException && e.name === 'NotSupportedError') this.failed = true;
		});
	}

	pause(): void {
		this.el?.pause();
	}

	toggle(): void {
		if (this.playing) this.pause();
		else void this.play();
	}

	seek(to: number): void {
		const second = Math.max(0, this.duration ? Math.min(to, this.duration) : to);
		this.second = second;
		this.#wanted = second;
		this.settle();
	}

	/** Takes the film to the place asked for, as soon as it can be taken anywhere. */
	settle(): void {
		const { el } = this;
		if (this.#wanted === undefined || !el || el.readyState === 0) return;
		el.currentTime = this.#wanted;
		this.#wanted = undefined;
	}

	/** The film tells where it is; while it is on its way somewhere that counts for nothing. */
	follow(): void {
		const { el } = this;
		if (!el || el.seeking || this.#wanted !== undefined) return;
		this.second = el.currentTime;
	}

	by(seconds: number): void {
		this.seek(this.second + seconds);
	}

	setRate(rate: number): void {
		this.rate = Math.min(2, Math.max(0.5, rate));
		if (this.el) this.el.playbackRate = this.rate;
	}

	setMuted(muted: boolean): void {
		if (this.el) this.el.muted = muted;
		this.muted = muted;
	}

	setVolume(volume: number): void {
		const v = Math.min(1, Math.max(0, volume));
		if (this.el) this.el.volume = v;
		this.volume = v;
		this.setMuted(v === 0);
	}
}

export const rates = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** The next speed up or down from the list. */
export function nextRate(rate: number, up: boolean): number {
	const order = up ? rates : [...rates].reverse();
	return order.find((r) => (up ? r > rate : r < rate)) ?? rate;
}

export type FilmKey =
	| { do: 'toggle' | 'mute' | 'captions' | 'full' | 'note' | 'faster' | 'slower' }
	| { do: 'by'; seconds: number }
	| { do: 'to'; share: number };

/** What a key means inside the player. */
export function filmKey(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): FilmKey | undefined {
	if (e.ctrlKey || e.metaKey || e.altKey) return undefined;
	if (/^[0-9]$/.test(e.key)) return { do: 'to', share: Number(e.key) / 10 };
	switch (e.key.length === 1 ? e.key.toLowerCase() : e.key) {
		case ' ':
		case 'k':
			return { do: 'toggle' };
		case 'j':
			return { do: 'by', seconds: -10 };
		case 'l':
			return { do: 'by', seconds: 10 };
		case 'ArrowLeft':
			return { do: 'by', seconds: -5 };
		case 'ArrowRight':
			return { do: 'by', seconds: 5 };
		case 'm':
			return { do: 'mute' };
		case 'c':
			return { do: 'captions' };
		case 'f':
			return { do: 'full' };
		case 'n':
			return { do: 'note' };
		case '>':
			return { do: 'faster' };
		case '<':
			return { do: 'slower' };
		default:
			return undefined;
	}
}
