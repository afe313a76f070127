import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PlaceSaver } from './place-saver.ts';

beforeEach(() => vi.useFakeTimers({ now: new Date('2026-11-22T10:00:00Z') }));
afterEach(() => vi.useRealTimers());

const start = { block_id: 'a', block_offset: 0, video_seconds: null };

describe('saving the place', () => {
	it('waits for a pause and sends the last place once', () => {
		const send = vi.fn();
		const saver = new PlaceSaver(start, send);
		saver.move({ block_id: 'b', block_offset: 0.1 });
		vi.advanceTimersByTime(1000);
		saver.move({ block_id: 'c', block_offset: 0.4 });
		vi.advanceTimersByTime(2000);
		expect(send).toHaveBeenCalledExactlyOnceWith(
			{ block_id: 'c', block_offset: 0.4, video_seconds: null, client_at: '2026-11-22T10:00:03.000Z' },
			false
		);
	});

	it('does not wait for ever while somebody scrolls on', () => {
		const send = vi.fn();
		const saver = new PlaceSaver(start, send);
		for (let i = 1; i <= 20; i++) {
			saver.move({ block_offset: i / 100 });
			vi.advanceTimersByTime(1000);
		}
		expect(send).toHaveBeenCalledTimes(1);
	});

	it('sends at once when the page goes, and nothing where nothing moved', () => {
		const send = vi.fn();
		const saver = new PlaceSaver(start, send);
		saver.flush(true);
		saver.move({ ...start });
		expect(send).not.toHaveBeenCalled();
		saver.move({ video_seconds: 492 });
		saver.flush(true);
		expect(send).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ video_seconds: 492, block_id: 'a' }), true);
		vi.advanceTimersByTime(60_000);
		expect(send).toHaveBeenCalledTimes(1);
	});
});
