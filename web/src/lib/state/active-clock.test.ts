import { describe, expect, it } from 'vitest';
import { ActiveClock } from './active-clock.ts';

/** Ticks once a second from `from` to `to`. */
function run(clock: ActiveClock, from: number, to: number, look: Partial<{ visible: boolean; playing: boolean }> = {}) {
	for (let s = from; s <= to; s++) clock.tick({ now: s * 1000, visible: true, playing: false, ...look });
}

describe('learning time', () => {
	it('counts nothing before the first touch', () => {
		const clock = new ActiveClock();
		run(clock, 0, 30);
		expect(clock.seconds).toBe(0);
	});

	it('counts a minute after the last touch and not longer', () => {
		const clock = new ActiveClock();
		clock.touch(0);
		run(clock, 0, 300);
		expect(clock.seconds).toBe(60);
	});

	it('stops in a hidden tab', () => {
		const clock = new ActiveClock();
		clock.touch(0);
		run(clock, 0, 10);
		run(clock, 10, 40, { visible: false });
		expect(clock.seconds).toBe(10);
	});

	it('counts a running film without touches, but not a hidden one', () => {
		const clock = new ActiveClock();
		run(clock, 0, 200, { playing: true });
		expect(clock.seconds).toBe(200);
		run(clock, 200, 300, { playing: true, visible: false });
		expect(clock.seconds).toBe(200);
	});

	it('does not count the night the lid was shut', () => {
		const clock = new ActiveClock();
		clock.touch(0);
		run(clock, 0, 5);
		clock.tick({ now: 9 * 3_600_000, visible: true, playing: true });
		expect(clock.seconds).toBe(5);
	});

	it('hands out a minute at most and takes back what did not arrive', () => {
		const clock = new ActiveClock();
		run(clock, 0, 90, { playing: true });
		expect(clock.take()).toBe(60);
		expect(clock.seconds).toBe(30);
		clock.giveBack(60);
		expect(clock.seconds).toBe(90);
	});
});
