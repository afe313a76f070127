import { describe, expect, it } from 'vitest';
import { ago, clock, dayIn, daysBetween, fullTime, longDay, relativeDay, relativeTime } from './dates.ts';
import { bytes, count, minutesShort, money, percent, timecode } from './numbers.ts';

describe('days', () => {
	it('are the viewer’s, not the machine’s', () => {
		expect(dayIn('2026-11-22T23:30:00Z', 'Europe/London')).toBe('2026-11-22');
		expect(dayIn('2026-11-22T23:30:00Z', 'Asia/Tokyo')).toBe('2026-11-23');
		expect(dayIn('2026-11-22T03:30:00Z', 'America/New_York')).toBe('2026-11-21');
	});

	it('count across the change of clocks', () => {
		expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
		expect(daysBetween('2026-10-26', '2026-10-24')).toBe(-2);
		expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
	});

	it('are spoken', () => {
		expect(longDay('2026-11-22', '2026-11-22')).toBe('Sunday, 22 November');
		expect(longDay('2027-01-03', '2026-11-22')).toBe('Sunday, 3 January 2027');
	});

	it('are named by nearness', () => {
		expect(relativeDay('2026-11-22', '2026-11-22')).toBe('today');
		expect(relativeDay('2026-11-23', '2026-11-22')).toBe('tomorrow');
		expect(relativeDay('2026-11-21', '2026-11-22')).toBe('yesterday');
		expect(relativeDay('2026-11-26', '2026-11-22')).toBe('Thursday');
		expect(relativeDay('2026-11-29', '2026-11-22')).toBe('29 Nov');
		expect(relativeDay('2024-11-29', '2026-11-22')).toBe('29 November 2024');
	});

	it('open at the viewer’s own hour', () => {
		const now = new Date('2026-11-22T20:00:00Z');
		expect(relativeTime('2026-11-23T03:00:00Z', 'Europe/London', now)).toBe('tomorrow at 03:00');
		expect(relativeTime('2026-11-23T03:00:00Z', 'America/New_York', now)).toBe('today at 22:00');
	});

	it('say clock and date', () => {
		expect(clock('2026-06-01T12:05:00Z', 'Europe/Paris')).toBe('14:05');
		expect(fullTime('2026-06-01T12:05:00Z', 'UTC')).toBe('1 June 2026 at 12:05');
	});

	it('say how long ago, in the coarsest true unit', () => {
		const now = new Date('2026-11-22T20:00:00Z');
		expect(ago('2026-11-22T19:57:00Z', now)).toBe('3 minutes ago');
		expect(ago('2026-11-21T19:00:00Z', now)).toBe('yesterday');
		expect(ago('2026-11-22T19:59:50Z', now)).toBe('now');
	});
});

describe('numbers', () => {
	it('read as people write them', () => {
		expect(count(1480)).toBe('1,480');
		expect(percent(68.4)).toBe('68%');
		expect(money(1250, 'EUR')).toBe('€12.50');
		expect(money(500, 'JPY')).toContain('500');
		expect(bytes(0)).toBe('0 byte');
		expect(bytes(3_400_000)).toBe('3.4 MB');
		expect(bytes(999)).toMatch(/^999/);
		expect(bytes(1000)).toBe('1 kB');
		expect([20 * 1024 ** 2, 2 * 1024 ** 3].map(bytes)).toEqual(['20 MB', '2 GB']);
	});

	it('tell time', () => {
		expect(minutesShort(9)).toBe('9 min');
		expect(minutesShort(80)).toBe('1 h 20 min');
		expect(minutesShort(120)).toBe('2 h');
		expect(timecode(492)).toBe('8:12');
		expect(timecode(3845.9)).toBe('1:04:05');
		expect(timecode(-3)).toBe('0:00');
	});
});
