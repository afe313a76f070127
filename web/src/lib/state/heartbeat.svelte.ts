import { asProblem } from '#lib/api/client.ts';
import { ActiveClock } from './active-clock.ts';
import { now } from './now.ts';
import { outbox } from './outbox.svelte.ts';
import type { LessonPlace } from './place-saver.ts';
import { uuid } from './uuid.ts';

/** One timer a tab: the server lets only one of them count at a time. */
const timer = uuid();
const every = 30_000;
const signs = ['pointermove', 'pointerdown', 'keydown', 'scroll', 'wheel', 'touchmove'] as const;

/** Tells the server how long somebody really learned. Lost beats are lost time, never made-up time. */
export class Heartbeat {
	/** Another tab or device is counting. */
	elsewhere = $state(false);
	seconds = $state(0);
	#clock = new ActiveClock();
	#lesson: string;
	#look: () => { playing: boolean; place: LessonPlace };
	#sentAt = performance.now();
	#busy = false;

	constructor(lesson: string, counted: number, look: () => { playing: boolean; place: LessonPlace }) {
		this.#lesson = lesson;
		this.seconds = counted;
		this.#look = look;
	}

	/** Starts counting; returns the end of it, which sends what is left. */
	start(): () => void {
		const touch = () => this.#clock.touch(performance.now());
		const look = () => {
			this.#tick();
			if (document.visibilityState === 'hidden') void this.#beat(true);
		};
		const leave = () => {
			this.#tick();
			void this.#beat(true);
		};
		touch();
		this.#tick();
		const ticking = setInterval(() => {
			this.#tick();
			if (performance.now() - this.#sentAt >= every) void this.#beat(false);
		}, 1000);
		for (const sign of signs) addEventListener(sign, touch, { passive: true, capture: true });
		document.addEventListener('visibilitychange', look);
		addEventListener('pagehide', leave);
		return () => {
			clearInterval(ticking);
			for (const sign of signs) removeEventListener(sign, touch, { capture: true });
			document.removeEventListener('visibilitychange', look);
			removeEventListener('pagehide', leave);
			leave();
		};
	}

	#tick(): void {
		this.#clock.tick({
			now: performance.now(),
			visible: document.visibilityState === 'visible',
			playing: this.#look().playing
		});
	}

	async #beat(leaving: boolean): Promise<void> {
		this.#sentAt = performance.now();
		if (this.#busy) return;
		const seconds = this.#clock.take();
		if (seconds < 1) return;
		this.#busy = true;
		try {
			// Learning in a tunnel counts too: the beat waits with its time.
			const body = { timer, seconds, is_active: true, at: now() };
			const path = `/api/v1/lessons/${this.#lesson}/heartbeat`;
			const done = await outbox.run<{ active_seconds: number }>(
				() => ({ kind: 'heartbeat', lesson: this.#lesson, method: 'POST', path, body, key: uuid() }),
				leaving
			);
			this.seconds = done.answer?.active_seconds ?? this.seconds + seconds;
			if (!done.queued) this.elsewhere = false;
		} catch (e) {
			const problem = asProblem(e);
			if (problem.code === 'timer.elsewhere') this.elsewhere = true;
			else if (problem.passing && !leaving) this.#clock.giveBack(seconds);
		} finally {
			this.#busy = false;
		}
	}
}
